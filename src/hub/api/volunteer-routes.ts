import * as z from 'zod';
import { readBounded } from '../../cache/files.js';
import type { Layout } from '../../cache/layout.js';
import { ALGORITHM_VERSION, FORMAT_VERSION } from '../../cache/settings.js';
import { FormatError } from '../../tile/format-error.js';
import { MAX_RAW_BYTES } from '../../tile/raw.js';
import {
  checkoutAnswer,
  checkoutRequest,
  extendRequest,
  leaseReport,
  receipt,
  returnRequest,
} from '../../wire/messages.js';
import { decodeResult } from '../../wire/result-codec.js';
import { HubError } from '../hub-error.js';
import type { Leases } from '../leases.js';
import type { Stock } from '../stock.js';
import { route, type Route } from './route.js';

/** Seconds after which a volunteer asks again where there was nothing for him. */
const RETRY_AFTER = { none: 5, some: 0 } as const;

/** What these routes work with. */
export interface VolunteerParts {
  readonly leases: Leases;
  readonly layout: Layout;
  /** Knows in which hub's work folder a tile stands. */
  readonly stock: Stock;
  /** Told of an upload. */
  readonly onUpload: () => void;
  /** Told of a tile that somebody could not compute. */
  readonly onFailure: () => void;
}

/** What a volunteer's program asks for. */
export function volunteerRoutes({ leases, layout, stock, onUpload, onFailure }: VolunteerParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/checkout',
      summary: 'Leases tiles',
      by: 'account',
      body: checkoutRequest,
      answer: checkoutAnswer,
      status: 200,
      handle: async ({ account, origin, body: { count, format, algorithm } }) => {
        if (format !== FORMAT_VERSION || algorithm !== ALGORITHM_VERSION)
          throw new HubError(
            'EVERSION',
            `This hub works with format ${FORMAT_VERSION}, algorithm ${ALGORITHM_VERSION}, and you with format ${format}, algorithm ${algorithm}. ` +
              'Tiles of different versions must not be mixed: use the mandeld that the hub uses.',
          );
        const given = await leases.checkout(account.id, origin, count);
        return { leases: given, retryAfter: given.length > 0 ? RETRY_AFTER.some : RETRY_AFTER.none };
      },
    }),
    route({
      method: 'GET',
      path: '/leases/:lease',
      summary: 'How a lease stands',
      by: 'account',
      body: null,
      answer: leaseReport,
      status: 200,
      handle: async ({ account, ids }) => await leases.report(account.id, ids.lease),
    }),
    route({
      method: 'GET',
      path: '/leases/:lease/raw',
      summary: 'The raw file of a leased tile',
      by: 'account',
      body: null,
      answer: 'raw',
      status: 200,
      handle: async ({ account, ids }) => {
        const address = await leases.addressOf(account.id, ids.lease);
        const holder = await stock.holderOf(address);
        const bytes = holder && (await readBounded(layout.work(holder).todo(address), MAX_RAW_BYTES));
        if (!bytes)
          throw new HubError('EBUSY', `${address} cannot be read just now. Try again in some seconds.`, 5);
        return bytes;
      },
    }),
    route({
      method: 'POST',
      path: '/leases/:lease/extend',
      summary: 'More time',
      by: 'account',
      body: extendRequest,
      answer: leaseReport,
      status: 200,
      handle: async ({ account, ids, body }) => await leases.extend(account.id, ids.lease, body.attempt),
    }),
    route({
      method: 'POST',
      path: '/leases/:lease/return',
      summary: 'Gives a tile back',
      by: 'account',
      body: returnRequest,
      answer: leaseReport,
      status: 200,
      handle: async ({ account, ids, body: { attempt, reason } }) => {
        const report = await leases.giveBack(account.id, ids.lease, attempt, reason ?? null);
        if (reason) onFailure();
        return report;
      },
    }),
    route({
      method: 'PUT',
      path: '/leases/:lease/result',
      summary: 'Hands in what was computed',
      by: 'account',
      body: 'result',
      query: {
        attempt: z
          .string()
          .regex(/^[1-9][0-9]{0,9}$/)
          .describe('the lease’s'),
      },
      answer: receipt,
      status: 202,
      handle: async ({ account, ids, query, body }) => {
        checkResult(body as Uint8Array);
        const taken = await leases.upload(
          account.id,
          ids.lease,
          Number(query['attempt']),
          body as Uint8Array,
        );
        onUpload();
        return taken;
      },
    }),
  ];
}

/** What was cut off on its way is sent again; the judge would take it for a lie. @throws HubError EFORMAT */
function checkResult(body: Uint8Array): void {
  try {
    decodeResult(body);
  } catch (error) {
    if (error instanceof FormatError) throw new HubError('EFORMAT', error.message);
    throw error;
  }
}
