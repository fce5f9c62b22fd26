import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Argv } from 'yargs';
import { Layout } from '../../cache/layout.js';
import { readSettings } from '../../cache/settings.js';
import type { FilmProgress } from '../../zoom/leader.js';
import { makeFilm } from '../../zoom/make-film.js';
import { parseRequestText } from '../../zoom/request-text.js';
import { checkRequest, requestJsonSchema } from '../../zoom/request.js';
import { jsonOption, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { EXIT } from '../exit-codes.js';
import { startLocalDaemon, type LocalDaemon } from '../local-daemon.js';
import { nextSignal } from '../next-signal.js';
import { ProgressLine } from '../progress-line.js';
import { say, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { optionalWholeNumber } from '../whole-number.js';

interface ZoomArguments {
  readonly request: string | undefined;
  readonly cache: string | undefined;
  readonly output: string | undefined;
  readonly local: boolean;
  readonly workers: number | undefined;
  readonly ffmpeg: string | undefined;
  readonly schema: boolean;
  readonly json: boolean;
}

/** The progress is told this often, milliseconds: on a terminal, and to programs. */
const SHOW_MS = 200;
const TELL_MS = 1000;

/** `mandeld zoom REQUEST --cache DIR -o FILE`: a film. */
async function runZoom(args: ZoomArguments, terminal: Terminal, version: string): Promise<number> {
  if (args.schema) {
    say(terminal, JSON.stringify(requestJsonSchema(), null, 2));
    return EXIT.ok;
  }
  if (args.request === undefined)
    throw new UsageError('expected a file with a request, or - for standard input');
  if (args.cache === undefined)
    throw new UsageError('expected --cache DIR, the shared directory whose tiles it is made of');
  const workers = optionalWholeNumber(args.workers, '--workers', 1, 1024) ?? availableParallelism();
  const request = checkRequest(parseRequestText(await readRequest(args.request)));
  const settings = await readSettings(args.cache);
  const layout = new Layout(args.cache, settings.image);
  const stop = new AbortController();
  const stopped = nextSignal();
  void stopped.signal.then(() => stop.abort());
  const progress = new FilmProgressReport(terminal, args.json);
  const { cache } = args;
  let local: LocalDaemon | null = null;
  try {
    const report = await makeFilm({
      layout,
      request,
      out: args.output ?? null,
      workers,
      leader: `zoom-${process.pid} on ${hostname()}`,
      ffmpeg: args.ffmpeg === 'none' ? null : args.ffmpeg,
      signal: stop.signal,
      onBegin: async () => {
        if (args.local) local = await startLocalDaemon('zoom', cache, workers, terminal, version);
      },
      onProgress: (now) => progress.show(now),
    });
    progress.end();
    const film = args.output ?? report.stored;
    if (args.json) say(terminal, JSON.stringify({ event: 'finished', film, ...report }));
    else say(terminal, report.isReused ? `${film}: as it was made before` : film);
    return EXIT.ok;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    progress.end();
    terminal.err.write('mandeld: stopped. What was computed is kept; the same command goes on from there.\n');
    return EXIT.interrupted;
  } finally {
    progress.end();
    await (local as LocalDaemon | null)?.stop();
    stopped.forget();
  }
}

async function readRequest(path: string): Promise<string> {
  if (path === '-') return await text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${path} could not be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    );
  }
}

/** Tells how far a film is: in a line on a terminal, in lines of JSON to programs, and else not at all. */
class FilmProgressReport {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #line: ProgressLine | null;
  readonly #start = performance.now();
  #next = 0;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
    this.#line = terminal.interactive && !json ? new ProgressLine(terminal) : null;
  }

  show(progress: FilmProgress): void {
    const now = performance.now();
    if (now < this.#next && progress.done < progress.frames) return;
    this.#next = now + (this.#json ? TELL_MS : SHOW_MS);
    const seconds = (now - this.#start) / 1000;
    if (this.#json) {
      say(
        this.#terminal,
        JSON.stringify({ event: 'progress', seconds: Number(seconds.toFixed(1)), ...progress }),
      );
    } else {
      this.#line?.show(describe(progress, seconds));
    }
  }

  end(): void {
    this.#line?.end();
  }
}

function describe({ frames, done, cached, computed, missing }: FilmProgress, seconds: number): string {
  const rate = (computed / seconds).toFixed(1);
  const left = done === 0 ? '' : `, ${duration((seconds / done) * (frames - done))} left`;
  return `${done} of ${frames} frames; tiles: ${cached} there, ${computed} computed, ${missing} missing, ${rate}/s${left}`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

/** Declares the command. */
export function zoomCommand(y: Argv, { terminal, environment, version, finish }: Context): Argv {
  return y.command(
    'zoom [request]',
    'Make a film that zooms in, with all daemons of a cache',
    (c) =>
      withEnvironment(
        c
          .positional('request', {
            type: 'string',
            describe: 'file with a request in JSON5, - for standard input; see docs/movies.md',
          })
          .option('cache', { type: 'string', describe: 'the shared directory (required)' })
          .option('output', {
            alias: 'o',
            type: 'string',
            describe: 'file of the film, or folder of its frames [kept in the cache only]',
          })
          .option('local', {
            type: 'boolean',
            default: true,
            describe: 'compute tiles here as well; --no-local leaves them to the daemons',
          })
          .option('workers', { type: 'number', describe: 'threads that compute and paint [all cores]' })
          .option('ffmpeg', {
            type: 'string',
            describe:
              'program that encodes, "none" for the encoders that are built in [the system’s, where there is one]',
          })
          .option('schema', { type: 'boolean', default: false, describe: 'print the schema of a request' })
          .option('json', jsonOption)
          .example('$0 zoom request.json --cache /mnt/mandel -o film.mp4', 'as the request says')
          .example(
            `echo '{START: [-0.7463, 0.1102], ZOOM: "1e6x", NUM_FRAMES: 300, FPS: 30}' | $0 zoom - --cache /mnt/mandel -o film.mp4`,
            'a request by hand',
          ),
        environment,
      ),
    async (args) => await finish(runZoom(args, terminal, version)),
  );
}
