/** The hub's data folder cannot be used. */
export class HubDataError extends Error {
  readonly code = 'EHUBDATA';
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'HubDataError';
    this.path = path;
  }
}
