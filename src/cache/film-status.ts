import { list, modificationTime, publish, readBounded } from './files.js';
import { kindAt } from './folders.js';
import { mapInGroups } from './groups.js';
import { parseKey, type Key, type Layout } from './layout.js';

/** How far a film is: movie/KEY.json, which its leader writes every second and removes at the end. */
export interface FilmStatus {
  /** Who makes it. */
  readonly leader: string;
  readonly format: string;
  readonly theme: string;
  /** Such as 1280x720. */
  readonly size: string;
  readonly fps: number;
  readonly frames: number;
  /** Frames in the film. */
  readonly done: number;
  /** Tiles that frames have needed so far: there at once, made meanwhile, waited for. */
  readonly cached: number;
  readonly computed: number;
  readonly missing: number;
  /** Seconds since it was begun. */
  readonly seconds: number;
  /** The newest frame; null before the first. */
  readonly frame: Key | null;
}

/** The same, as `status --json` prints it. */
export interface FilmReport extends FilmStatus {
  readonly key: Key;
  /** Seconds since its leader has written, by the file server's clock. */
  readonly age: number;
  /** Whether its leader is there, as far as can be seen. */
  readonly alive: boolean;
}

/** A leader that has not written for so long is gone, seconds: one look at a cache of a million tiles takes some of them. */
const STALE_S = 20;
/** Films that are told of, the youngest files first. */
const MAX_FILMS = 32;
const MAX_BYTES = 10_000;
const NAME = /^[0-9a-f]{64}\.json$/;

/** Publishes how far a film is. */
export async function writeFilmStatus(layout: Layout, key: Key, status: FilmStatus): Promise<void> {
  await publish(layout.movieStatus(key), `${JSON.stringify(status)}\n`);
}

/** Reads it; null when it is missing, or something else. */
export async function readFilmStatus(layout: Layout, key: Key): Promise<FilmStatus | null> {
  try {
    const bytes = await readBounded(layout.movieStatus(key), MAX_BYTES);
    return bytes && checked(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

/**
 * The films that are being made, wherever their leaders are, and those whose leader is gone.
 *
 * @param now the file server's time, milliseconds
 */
export async function seeFilms(layout: Layout, now: number): Promise<FilmReport[]> {
  const files = (await filmFiles(layout)).toSorted((a, b) => b.written - a.written).slice(0, MAX_FILMS);
  const films = await mapInGroups(files, async ({ key, written }) => {
    const status = await readFilmStatus(layout, key);
    const age = Number((Math.max(0, now - written) / 1000).toFixed(1));
    return status && { key, age, alive: age < STALE_S, ...status };
  });
  return films.filter((film) => film !== null).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** The files in which leaders tell of films, and when they were written, milliseconds. */
export async function filmFiles(layout: Layout): Promise<{ key: Key; written: number }[]> {
  if ((await kindAt(layout.movieFolder)) !== 'folder') return [];
  const names = (await list(layout.movieFolder)).filter((name) => NAME.test(name));
  const files = await mapInGroups(names, async (name) => {
    const key = parseKey(name.slice(0, -'.json'.length));
    return { key, written: await modificationTime(layout.movieStatus(key)).catch(() => null) };
  });
  return files.flatMap(({ key, written }) => (written === null ? [] : [{ key, written }]));
}

/** Texts are shown in one line, and so have no control characters, and an end. */
const TEXT = /^\P{Cc}{0,300}$/u;

function checked(value: unknown): FilmStatus | null {
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const field = fields[name];
    if (typeof field !== 'string' || !TEXT.test(field)) throw new TypeError(`expected a text as ${name}`);
    return field;
  };
  const number = (name: string): number => {
    const field = fields[name];
    if (typeof field !== 'number' || !(field >= 0)) throw new TypeError(`expected a number as ${name}`);
    return field;
  };
  const frame = fields['frame'];
  return {
    leader: text('leader'),
    format: text('format'),
    theme: text('theme'),
    size: text('size'),
    fps: number('fps'),
    frames: number('frames'),
    done: number('done'),
    cached: number('cached'),
    computed: number('computed'),
    missing: number('missing'),
    seconds: number('seconds'),
    frame: frame === null ? null : parseKey(text('frame')),
  };
}
