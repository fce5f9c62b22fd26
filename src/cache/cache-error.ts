/** Stable codes of the errors that an operator of a cache may meet; see docs/protocol.md. */
export type CacheErrorCode =
  | 'ENOCACHE' // no such directory, or one that is no cache
  | 'EEXISTS' // there is something where a new cache should go
  | 'EVERSION' // a cache of another format or algorithm
  | 'ESETTINGS' // cache.json is damaged
  | 'EFOLDER' // a link, or no folder, in the place of one of the cache's folders
  | 'ECLIENTNAME' // a client name that could not be a folder
  | 'ECLIENTBUSY' // a live daemon has this client name
  | 'EFENCED' // others took this client for dead and recovered its work
  | 'ELOCKLOST' // the lock was held for too long, the section is abandoned
  | 'EWRITE'; // the directory cannot be written to

/** An error whose message is a whole paragraph: what, where, what was expected and found, what to do. */
export class CacheError extends Error {
  readonly code: CacheErrorCode;
  /** The file or directory it is about. */
  readonly path: string;

  constructor(code: CacheErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CacheError';
    this.code = code;
    this.path = path;
  }
}

/** The code of a system error, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
