import * as z from 'zod';
import type { WorkerPool } from '../../daemon/pool.js';
import { isDecimal } from '../../math/decimal.js';
import { RateLimit } from '../../serve/rate-limit.js';
import type { FeatureAnswer, FeatureJob } from '../features/feature-job.js';
import type { Features, KnownFeature } from '../features/features.js';
import { HubError } from '../hub-error.js';
import { route, type Route } from './route.js';

/** Points that a network may ask about at once, and in every further second: each may take a second of a thread. */
const POINTS = { burst: 20, perSecond: 0.5 } as const;
/** Digits of a coordinate that are looked at: deeper, Newton's method takes too long for somebody who waits. */
const MAX_DIGITS = 200;
/** Points that wait for the thread. */
const MAX_WAITING = 50;

const text = z.string().max(2000).optional();
/** A decimal number; a huge exponent is as dear as many digits. */
const coordinate = z.string().refine((value) => {
  const [, exponent = '0'] = value.toLowerCase().split('e');
  return isDecimal(value) && value.length <= MAX_DIGITS && Math.abs(Number(exponent)) <= MAX_DIGITS;
}, `expected a decimal number of at most ${MAX_DIGITS} digits`);

const feature = z.object({
  id: z.number(),
  period: z.number(),
  re: z.string().describe('the nucleus, with all digits that are known'),
  im: z.string(),
  rootRe: z.string().describe('the cusp, or where a disc touches its parent'),
  rootIm: z.string(),
  log2Size: z.number().describe('log2 of its size: that of the main cardioid is 1'),
  argument: z.number().describe('radians; 0 where it lies as the main cardioid'),
  kind: z.enum(['cardioid', 'disc']),
  address: z.string().nullable().describe('angled internal address'),
  angles: z.tuple([z.string(), z.string()]).nullable().describe('the two rays that land at its root'),
  parent: z.string().nullable().describe('angled internal address of the component that it belongs to'),
  isPrimitive: z.boolean().nullable(),
  name: z.string().nullable(),
});
const features = z.object({ features: z.array(feature).describe('200 at the most') });

/** What these routes work with. */
export interface FeatureParts {
  readonly features: Features;
  readonly pool: WorkerPool<FeatureJob, FeatureAnswer>;
  readonly clock: () => number;
}

/** The database of hyperbolic components: search, what lies in a view, and what somebody points at. */
export function featureRoutes({ features: known, pool, clock }: FeatureParts): Route[] {
  const points = new RateLimit(clock, POINTS.burst, POINTS.perSecond);
  let waiting = 0;
  return [
    route({
      method: 'GET',
      path: '/features',
      summary: 'Hyperbolic components by period, address, angle or name; all that is given must hold',
      by: 'anybody',
      body: null,
      query: {
        period: z
          .string()
          .regex(/^[1-9][0-9]{0,8}$/, 'expected a whole number')
          .optional()
          .describe('a whole number'),
        address: text.describe('an angled internal address, such as 1_1/3->3_1/2->4'),
        angle: text.describe('of either ray, such as 3/7 or .(011)'),
        parent: text.describe('angled internal address of the component that they belong to'),
        name: text.describe('part of a name'),
        from: z
          .string()
          .regex(/^[0-9]{1,5}$/, 'expected a whole number below 100,000')
          .optional()
          .describe('how many to pass over'),
      },
      answer: features.extend({ more: z.boolean().describe('whether there are others behind these') }),
      status: 200,
      handle: async ({ query }) => {
        const { period, from, ...words } = query;
        const given = Object.entries(words).filter(([, value]) => value?.trim());
        const asked = { ...Object.fromEntries(given), ...(period ? { period: Number(period) } : {}) };
        if (Object.keys(asked).length === 0)
          throw new HubError('EBODY', 'expected ?period=, ?address=, ?angle=, ?parent= or ?name=');
        try {
          const { features: found, more } = await known.search(asked, Number(from ?? 0));
          return { features: found.map(describe), more };
        } catch (error) {
          if (error instanceof RangeError) throw new HubError('EBODY', error.message);
          throw error;
        }
      },
    }),
    route({
      method: 'GET',
      path: '/features/view',
      summary: 'The components whose nuclei lie in a view, the largest first',
      by: 'anybody',
      body: null,
      query: {
        re: coordinate.describe('of the centre'),
        im: coordinate,
        radius: coordinate.describe('half of the height'),
      },
      answer: features,
      status: 200,
      handle: async ({ query }) => {
        const { re = '', im = '', radius = '' } = query;
        return { features: (await known.within({ re, im, radius })).map(describe) };
      },
    }),
    route({
      method: 'GET',
      path: '/features/at',
      summary: 'The component that a point lies in; it is computed and kept when it is not known yet',
      by: 'anybody',
      body: null,
      query: { re: coordinate.describe('a decimal number of up to 200 digits'), im: coordinate },
      answer: z.object({ feature: feature.nullable() }),
      status: 200,
      handle: async ({ query, origin }) => {
        const { re = '', im = '' } = query;
        if (!points.take(origin) || waiting >= MAX_WAITING)
          throw new HubError('ERATE', 'Too many points at once. Wait some seconds.', 5);
        waiting++;
        try {
          const answer = await pool.run({ kind: 'at', re, im });
          if (answer.kind !== 'at' || answer.feature === null) return { feature: null };
          return { feature: describe(await known.add(answer.feature)) };
        } catch (error) {
          if (error instanceof RangeError) throw new HubError('EBODY', error.message);
          throw error;
        } finally {
          waiting--;
        }
      },
    }),
  ];
}

function describe(row: KnownFeature): z.infer<typeof feature> {
  const { id, period, re, im, argument, kind, address, parent, name } = row;
  return {
    id,
    period,
    re,
    im,
    rootRe: row.root_re,
    rootIm: row.root_im,
    log2Size: row.log2_size,
    argument,
    kind,
    address,
    angles: row.lower_angle === null || row.upper_angle === null ? null : [row.lower_angle, row.upper_angle],
    parent,
    isPrimitive: row.is_primitive,
    name,
  };
}
