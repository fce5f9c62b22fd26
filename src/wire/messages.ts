import * as z from 'zod';
import { isAddress, type Address } from '../tile/address.js';

/** What a hub and its volunteers say to each other, as both of them check it: see docs/hub.md. */

/** Below this stands the whole interface. */
export const API: string = '/api/v1';
/** Tiles of one checkout at the most. */
export const MAX_CHECKOUT = 64;
/** Of a reason for which a tile is given back, in characters. */
const MAX_REASON = 500;

const whole = (least: number, most: number): z.ZodType<number> => z.int().min(least).max(most);
const id: z.ZodType<number> = whole(1, Number.MAX_SAFE_INTEGER).describe('a number that the hub has given');
const attempt: z.ZodType<number> = whole(1, 2 ** 31 - 1).describe(
  'how many leases the tile has had with this one; every write names it',
);
const seconds: z.ZodType<number> = z.number().min(0);
const address: z.ZodType<Address> = z
  .string()
  .refine(isAddress, 'expected an address such as M013')
  .describe('M and a digit a level');

/** What a volunteer asks for. */
export interface CheckoutRequest {
  /** Tiles at the most. */
  readonly count: number;
  /** Version of the raw files that it writes, and of the algorithm that it computes by. */
  readonly format: number;
  readonly algorithm: number;
}
export const checkoutRequest: z.ZodType<CheckoutRequest> = z.strictObject({
  count: whole(1, MAX_CHECKOUT).describe('tiles at the most'),
  format: whole(1, 1_000_000).describe('version of the raw files that it writes'),
  algorithm: whole(1, 1_000_000).describe('version of the algorithm that it computes by'),
});

/** A tile that is one volunteer's until a time. */
export interface Lease {
  readonly lease: number;
  readonly attempt: number;
  readonly address: Address;
  /** By the hub's clock, ISO 8601. */
  readonly expires: string;
  /** Until then, for those whose clocks differ. */
  readonly seconds: number;
}
const lease: z.ZodType<Lease> = z.object({
  lease: id,
  attempt,
  address,
  expires: z.iso.datetime().describe('by the hub’s clock'),
  seconds: seconds.describe('until then, for those whose clocks differ'),
});

/** What the hub gives. */
export interface CheckoutAnswer {
  readonly leases: readonly Lease[];
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number;
}
export const checkoutAnswer: z.ZodType<CheckoutAnswer> = z.object({
  leases: z.array(lease).max(MAX_CHECKOUT),
  retryAfter: seconds.describe('seconds after which asking again makes sense'),
});

/** How a lease stands. */
export interface LeaseReport {
  readonly lease: number;
  readonly state: 'held' | 'uploaded' | 'returned' | 'expired' | 'failed';
  /** Until it expires; 0 when it is not held. */
  readonly seconds: number;
}
export const leaseReport: z.ZodType<LeaseReport> = z.object({
  lease: id,
  state: z.enum(['held', 'uploaded', 'returned', 'expired', 'failed']),
  seconds: seconds.describe('until it expires; 0 when it is not held'),
});

/** Gives a tile back; without a reason nothing is wrong with it. */
export interface ReturnRequest {
  readonly attempt: number;
  readonly reason?: string | undefined;
}
export const returnRequest: z.ZodType<ReturnRequest> = z.strictObject({
  attempt,
  reason: z
    .string()
    .max(MAX_REASON)
    .optional()
    .describe('why it could not be computed; counts as a failure of the tile'),
});

/** Asks for more time. */
export interface ExtendRequest {
  readonly attempt: number;
}
export const extendRequest: z.ZodType<ExtendRequest> = z.strictObject({ attempt });

/** An upload was taken in. */
export interface Receipt {
  readonly result: number;
  readonly state: 'pending' | 'valid' | 'false';
}
export const receipt: z.ZodType<Receipt> = z.object({
  result: id,
  state: z.enum(['pending', 'valid', 'false']),
});

/** Any error. */
export interface Failure {
  /** A stable code. */
  readonly error: string;
  /** What was expected and found, and what to do. */
  readonly message: string;
}
export const failure: z.ZodType<Failure> = z.object({ error: z.string(), message: z.string() });
