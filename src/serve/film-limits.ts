import type { Layout } from '../cache/layout.js';
import { deepestLevelOf, pathOf } from '../zoom/make-film.js';
import { parseRequestText } from '../zoom/request-text.js';
import { checkRequest, type ZoomRequest } from '../zoom/request.js';
import { RequestError } from '../zoom/request-error.js';

/** What visitors may ask for: films cost computing time of the whole cluster. */
export interface FilmLimits {
  readonly frames: number;
  /** The most pixels of a frame, as its width and height. */
  readonly width: number;
  readonly height: number;
  readonly supersample: number;
  /** The deepest level of whose tiles a film is made. */
  readonly level: number;
  /** Films that may wait for the one that is being made. */
  readonly waiting: number;
}

/** Without options: a minute at 30 frames a second, at a usual size, down to an enlargement of some 10^60. */
export const DEFAULT_FILM_LIMITS: FilmLimits = {
  frames: 1800,
  width: 1280,
  height: 720,
  supersample: 2,
  level: 200,
  waiting: 8,
};

/** The formats that are one file, which a browser shows. The others are for programs. */
export const SERVED_FORMATS = ['mp4', 'webm', 'gif', 'apng'] as const;

/** A format that is served. */
export type ServedFormat = (typeof SERVED_FORMATS)[number];

/** Whether a format is one of them. */
export function isServedFormat(format: string): format is ServedFormat {
  return (SERVED_FORMATS as readonly string[]).includes(format);
}

/** An exponent of more digits makes a number of a million digits out of ten characters. */
const LONG_EXPONENT = /e[+-]?0*[1-9]\d{4}/i;

/**
 * Reads a visitor's request.
 *
 * @throws RequestError that names every fault
 */
export function readRequest(text: string, limits: FilmLimits, layout: Layout): ZoomRequest {
  let request: ZoomRequest;
  try {
    request = checkRequest(parseRequestText(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RequestError([error.message]);
    throw error;
  }
  const faults = faultsOf(request, limits);
  if (faults.length === 0) {
    const level = deepestLevelOf(pathOf(request, layout), request);
    if (level > limits.level)
      faults.push(`ZOOM: expected a film down to level ${limits.level} at the most here, got level ${level}`);
  }
  if (faults.length > 0) throw new RequestError(faults);
  return request;
}

/** What is more than this server makes. */
function faultsOf(request: ZoomRequest, limits: FilmLimits): string[] {
  const { NUM_FRAMES, SIZE, SUPERSAMPLE, FORMAT, START, RADIUS, STOPS } = request;
  const faults: string[] = [];
  const expect = (isSo: boolean, fault: string): void => {
    if (!isSo) faults.push(fault);
  };
  const [width, height] = SIZE.split('x').map(Number);
  const { frames, supersample } = limits;
  expect(NUM_FRAMES <= frames, `NUM_FRAMES: expected at most ${frames} here, got ${NUM_FRAMES}`);
  expect(
    width * height <= limits.width * limits.height,
    `SIZE: expected at most as many pixels as ${limits.width}x${limits.height} here, got ${SIZE}`,
  );
  expect(SUPERSAMPLE <= supersample, `SUPERSAMPLE: expected at most ${supersample} here, got ${SUPERSAMPLE}`);
  expect(
    isServedFormat(FORMAT),
    `FORMAT: expected one of ${SERVED_FORMATS.join(', ')} here; "mandeld zoom" makes the others`,
  );
  const numbers = [...START, RADIUS, ...STOPS.flatMap(({ AT, RADIUS: radius }) => [...AT, radius])];
  expect(
    !numbers.some((number) => LONG_EXPONENT.test(number)),
    'START, RADIUS, STOPS: expected exponents of at most four digits here',
  );
  return faults;
}
