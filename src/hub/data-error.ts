/** The hub's data folder or its database cannot be used. */
export class HubDataError extends Error {
  readonly code = 'EHUBDATA';
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubDataError';
    this.path = path;
  }
}
