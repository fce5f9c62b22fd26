/** Codes of {@link HubError}, with the HTTP status that they are answered with. */
export const STATUS_OF = {
  EBODY: 400,
  ETOKEN: 401,
  ESIGNIN: 401,
  EFORBIDDEN: 403,
  ENONE: 404,
  EMETHOD: 405,
  ELEASE: 409,
  EVERSION: 409,
  ENAME: 409,
  EFORMAT: 422,
  ERATE: 429,
  EBUSY: 503,
} as const;

export type HubCode = keyof typeof STATUS_OF;

/** What somebody who asks the hub did wrong, or must wait for. */
export class HubError extends Error {
  readonly code: HubCode;
  /** Seconds after which it makes sense to ask again; null when it does not. */
  readonly retryAfter: number | null;

  constructor(code: HubCode, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = 'HubError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
