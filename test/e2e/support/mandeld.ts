import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The program. */
export const BINARY: string = fileURLToPath(new URL('../../../bin/mandeld.js', import.meta.url));

/** What a run of the binary left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A running binary. */
export class Mandeld {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.process = spawn(process.execPath, [BINARY, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...env },
    });
    running.add(this.process);
    this.process.stdout?.on('data', (text: Buffer) => (this.out += String(text)));
    this.process.stderr?.on('data', (text: Buffer) => (this.err += String(text)));
    this.ended = once(this.process, 'close').then(([code, signal]) => {
      running.delete(this.process);
      const end = { code: code as number | null, signal: signal as NodeJS.Signals | null };
      return { ...end, out: this.out, err: this.err };
    });
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Ended> {
    this.process.kill(signal);
    return await this.ended;
  }

  /** Waits until the log holds a text. */
  async logs(text: string, milliseconds = 20_000): Promise<void> {
    await until(
      () => this.err.includes(text),
      `"${text}" in the log`,
      milliseconds,
      () => this.err,
    );
  }
}

const running = new Set<ChildProcess>();

/** Ends whatever a test has left running. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(MANDELD_|VITEST|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

/** Starts the binary. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Mandeld {
  return new Mandeld(args, env);
}

/** Runs the binary to its end. */
export async function run(...args: string[]): Promise<Ended> {
  return await start(args).ended;
}

/** Starts a daemon. */
export function daemon(cache: string, client: string, ...more: string[]): Mandeld {
  return start(['--cache', cache, '--client', client, '--workers', '1', '--min-free', '1M', ...more]);
}

/** Waits until something is so. */
async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  milliseconds = 20_000,
  details: () => string = () => '',
): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}: ${details()}`);
    await delay(20);
  }
}

/** The entries of a log of JSON lines; throws when a line is none. */
export function entries(log: string): { msg: string; level: number; [key: string]: unknown }[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { msg: string; level: number });
}
