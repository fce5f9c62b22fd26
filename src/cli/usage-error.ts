/** The command line cannot be understood; the message says what was expected. */
export class UsageError extends Error {
  /** Stable code for programs. */
  readonly code: string = 'EUSAGE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
