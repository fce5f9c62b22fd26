import * as z from 'zod';
import { isAddress, type Address } from '../tile/address.js';

/** What a hub and its volunteers say to each other, as both of them check it: see docs/hub.md. */

/** Below this stands the whole interface. */
export const API: string = '/api/v1';
/** Tiles of one checkout at the most. */
export const MAX_CHECKOUT = 64;

const whole = (least: number, most: number): z.ZodType<number> => z.int().min(least).max(most);
const id = whole(1, Number.MAX_SAFE_INTEGER).describe('a number that the hub has given');
const address = z
  .custom<Address>(
    (value) => typeof value === 'string' && isAddress(value),
    'expected an address such as M013',
  )
  .describe('M and a digit a level');
const time = z.iso.datetime().describe('by the hub’s clock');

/** What a volunteer asks for. */
export const checkoutRequest = z.strictObject({
  count: whole(1, MAX_CHECKOUT).describe('tiles at the most'),
  format: whole(1, 1_000_000).describe('format version of the raw files that it writes'),
  algorithm: whole(1, 1_000_000).describe('version of the algorithm that it computes by'),
});
export type CheckoutRequest = z.infer<typeof checkoutRequest>;

/** A tile that is one volunteer's until a time. */
export const lease = z.object({
  lease: id,
  attempt: whole(1, 1_000_000).describe('how many leases the tile has had; every write names it'),
  address,
  expires: time,
  seconds: z.number().min(0).describe('until then, for those whose clocks differ'),
});
export type Lease = z.infer<typeof lease>;

/** What the hub gives. */
export const checkoutAnswer = z.object({
  leases: z.array(lease).max(MAX_CHECKOUT),
  retryAfter: z.number().min(0).describe('seconds after which asking again makes sense'),
});
export type CheckoutAnswer = z.infer<typeof checkoutAnswer>;

/** How a lease stands. */
export const leaseState = z.object({
  lease: id,
  state: z.enum(['held', 'uploaded', 'returned', 'expired', 'failed']),
  seconds: z.number().min(0).describe('until it expires; 0 when it is not held'),
});
export type LeaseState = z.infer<typeof leaseState>;

/** Why a tile is given back; without a reason nothing is wrong with it. */
export const returnRequest = z.strictObject({
  attempt: whole(1, 1_000_000),
  reason: z
    .string()
    .max(500)
    .optional()
    .describe('why it could not be computed; counts as a failure of the tile'),
});

/** Asks for more time. */
export const extendRequest = z.strictObject({ attempt: whole(1, 1_000_000) });

/** An upload was taken in. */
export const receipt = z.object({ result: id, state: z.enum(['pending', 'valid', 'false']) });
export type Receipt = z.infer<typeof receipt>;

/** Any error. */
export const failure = z.object({
  error: z.string().describe('a stable code'),
  message: z.string().describe('what was expected and found, and what to do'),
});
export type Failure = z.infer<typeof failure>;
