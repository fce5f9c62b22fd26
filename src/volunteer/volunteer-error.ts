/** Stable codes of what ends a volunteer; see docs/volunteering.md. */
export type VolunteerErrorCode =
  | 'ETOKEN' // the hub does not know the token, or has revoked it
  | 'EVERSION' // the hub works with another format or algorithm
  | 'ESTATE'; // the state folder cannot be used

/** An error whose message says what, where, what was expected and found, and what to do. */
export class VolunteerError extends Error {
  readonly code: VolunteerErrorCode;
  /** The hub, or the folder, that it is about. */
  readonly path: string;

  constructor(code: VolunteerErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VolunteerError';
    this.code = code;
    this.path = path;
  }
}
