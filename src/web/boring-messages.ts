/** What the page and the worker that holds boring.txt say to each other. */

/** From the page. */
export type BoringRequest =
  | { readonly kind: 'start'; readonly url: string }
  /** Look whether the file has grown. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'find'; readonly id: number; readonly addresses: readonly string[] };

/** The boring tile that an address is or lies in: its period, and how long its address is. */
export type Found = { readonly period: number; readonly length: number } | null;

/** From the worker. */
export type BoringReply =
  | { readonly kind: 'found'; readonly id: number; readonly found: readonly Found[] }
  | {
      readonly kind: 'state';
      readonly lines: number;
      /** Lines that say nothing. */
      readonly invalid: number;
      /** Whether the file has been read to its end once. */
      readonly isComplete: boolean;
      /** Whether lines have come since it was. */
      readonly hasGrown: boolean;
      /** Whether the server is mandeld's, which tells of what is new. */
      readonly isLive: boolean;
      /** Whether it is a hub. */
      readonly isHub: boolean;
      /** Why the file could not be read; null when it could. */
      readonly failure: string | null;
    };
