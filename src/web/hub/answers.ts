/** Whoever has signed in, as the hub tells of him. */
export interface Me {
  readonly name: string;
  readonly beans: number;
  readonly valid: number;
  readonly pending: number;
  readonly false: number;
  readonly streak: number;
}

/** A token, without its secret. Its name is its owner's text; times are ISO 8601. */
export interface Token {
  readonly id: number;
  readonly name: string;
  readonly created: string;
  readonly used: string | null;
  readonly revoked: string | null;
}

/** What became of an upload. */
export interface Result {
  readonly id: number;
  readonly address: string;
  readonly state: 'pending' | 'valid' | 'false';
  readonly proof: 'replica' | 'recomputed' | 'alone' | null;
  readonly reason: string | null;
  readonly beans: number;
  readonly received: string;
  readonly decided: string | null;
}

/** A line of a leaderboard. */
export interface Standing {
  readonly name: string;
  readonly beans: number;
  readonly tiles: number;
}

/** A hyperbolic component. */
export interface Feature {
  readonly period: number;
  /** Nucleus, with all digits that are known. */
  readonly re: string;
  readonly im: string;
  /** log2 of its size: that of the main cardioid is 1. */
  readonly log2Size: number;
  readonly kind: 'cardioid' | 'disc';
  /** Angled internal address; null where the angles were not looked for, as in the next two. */
  readonly address: string | null;
  readonly angles: readonly [string, string] | null;
  readonly parent: string | null;
  readonly name: string | null;
}

/** Components that were found, and whether there are others behind them. */
export interface FeatureList {
  readonly features: readonly Feature[];
  readonly more: boolean;
}
