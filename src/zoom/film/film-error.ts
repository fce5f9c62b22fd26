import { systemCode } from '../../cache/cache-error.js';

/** Stable codes of the errors that whoever makes a film may meet; see docs/movies.md. */
export type FilmErrorCode =
  | 'EENCODER' // the encoder has failed or was killed
  | 'ENOENCODER' // this format needs a program that is not installed
  | 'EEXISTS' // there is something in the film's place that is no film
  | 'ENOSPC' // the disk is full
  | 'EABORTED'; // the film was given up while something waited for it

/** An error whose message says what, where, and what to do. Other errors of the file system come as they are, with their own codes. */
export class FilmError extends Error {
  readonly code: FilmErrorCode;
  /** The film that was to be made. */
  readonly path: string;

  constructor(code: FilmErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FilmError';
    this.code = code;
    this.path = path;
  }
}

/** An error as it is told: a full disk is said in words. */
export function clear(path: string, error: unknown): unknown {
  return systemCode(error) === 'ENOSPC' && !(error instanceof FilmError) ? fullDisk(path, error) : error;
}

/** What is said of a full disk, whoever has met it. */
export function fullDisk(path: string, cause: unknown): FilmError {
  return new FilmError('ENOSPC', path, `the disk of ${path} is full; free some space and try again`, {
    cause,
  });
}
