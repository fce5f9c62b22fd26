/** Bytes or text that are not exactly of the format: the reader refuses them as a whole. */
export class FormatError extends Error {
  /** Stable code for programs. */
  readonly code: string = 'EFORMAT';

  /**
   * @param expected what the format asks for
   * @param got what was found, shortened where it is long
   */
  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.name = 'FormatError';
  }
}

/** Text for a message: quoted, without control characters, and never longer than a line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
