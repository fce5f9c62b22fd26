/** Exit codes of mandeld; documented in README.md. */
export const EXIT = {
  ok: 0,
  /** `check` found something wrong. */
  problems: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The cache, or the hub, cannot be used as asked. */
  cache: 3,
  /** A bug in mandeld. */
  internal: 70,
  /** A second Ctrl-C did not wait for the tidy end. */
  interrupted: 130,
} as const;
