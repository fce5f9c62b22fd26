/** What is wrong with a request: all of it. */
export class RequestError extends Error {
  readonly code = 'EREQUEST';
  /** One line a fault: where, and what was expected. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The request has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'RequestError';
    this.faults = faults;
  }
}
