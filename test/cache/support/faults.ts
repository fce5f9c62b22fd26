import { AsyncLocalStorage } from 'node:async_hooks';
import type { FileHandle } from 'node:fs/promises';
import * as real from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceDisk, type Disk } from '../../../src/cache/disk.js';

/**
 * A file system that fails, dies, lies or pauses at one chosen operation. Operations are those of src/cache/disk.ts and of the files
 * that it opens, counted from 1; only those of the client under test count, all others see the real disk.
 */

/** What an operation of a client that was killed throws, and every one after it. */
export class Killed extends Error {}

type Run = () => Promise<unknown>;

/** What happens to the chosen operation. */
export interface Fault {
  readonly name: string;
  /** Whether it can happen to an operation; `file.` stands before those on open files. */
  readonly hits: (operation: string) => boolean;
  /** Does the operation, or does not. */
  readonly strike: (
    victim: Victim,
    operation: string,
    run: Run,
    args: readonly unknown[],
  ) => Promise<unknown>;
}

const always = (): boolean => true;
const changing = new Set(['rename', 'unlink', 'rmdir', 'link', 'mkdir', 'open', 'rm']);

function systemError(code: string, operation: string): Error {
  return Object.assign(new Error(`${code}: injected into ${operation}`), { code });
}

function refusal(code: string): Fault {
  return {
    name: code,
    hits: always,
    strike: async (_victim, operation) => await Promise.reject(systemError(code, operation)),
  };
}

const isWriting = (operation: string): boolean =>
  operation === 'file.writeFile' || operation === 'file.appendFile';

/** @param args the file, and what was to be written to it */
async function writeHalf(operation: string, args: readonly unknown[]): Promise<void> {
  const [handle, content] = args as [FileHandle, string | Uint8Array];
  const half = content.slice(0, Math.ceil(content.length / 2));
  await (operation === 'file.writeFile' ? handle.writeFile(half) : handle.appendFile(half));
}

/** Everything that is injected, but pauses. */
export const FAULTS: readonly Fault[] = [
  {
    // Before one operation is after the one that went before.
    name: 'killed',
    hits: always,
    strike: async (victim) => await victim.die(),
  },
  {
    name: 'killed within',
    hits: isWriting,
    strike: async (victim, operation, _run, args) => {
      await writeHalf(operation, args);
      return await victim.die();
    },
  },
  {
    name: 'full within',
    hits: isWriting,
    strike: async (_victim, operation, _run, args) => {
      await writeHalf(operation, args);
      throw systemError('ENOSPC', operation);
    },
  },
  ...['EIO', 'ENOSPC', 'EACCES', 'ESTALE'].map(refusal),
  {
    name: 'ENOENT although it worked',
    hits: (operation) => changing.has(operation) && operation !== 'mkdir' && operation !== 'open',
    strike: async (_victim, operation, run) => {
      await run();
      throw systemError('ENOENT', operation);
    },
  },
  {
    name: 'EEXIST although it worked',
    hits: (operation) => operation === 'mkdir' || operation === 'link',
    strike: async (_victim, operation, run) => {
      await run();
      throw systemError('EEXIST', operation);
    },
  },
  {
    name: 'missing in a stale stat',
    hits: (operation) => operation === 'lstat' || operation === 'stat',
    strike: async (victim, operation, _run, args) => {
      victim.stale.add(dirname(String(args[0])));
      return await Promise.reject(systemError('ENOENT', operation));
    },
  },
];

/** A pause before the chosen operation, during which others act. */
export function pause(meanwhile: () => Promise<void>): Fault {
  return {
    name: 'paused for longer than the lease',
    hits: always,
    strike: async (_victim, _operation, run) => {
      await everybodyElse.exit(meanwhile);
      return await run();
    },
  };
}

const everybodyElse = new AsyncLocalStorage<Victim>();

/** The client that the fault happens to. */
export class Victim {
  readonly #fault: Fault | null;
  readonly #at: number;
  /** What was done, by name and paths. */
  readonly log: string[] = [];
  #dead = false;
  /** Folders in which names are reported missing until the folder is opened. */
  readonly stale = new Set<string>();
  /** The operation that was struck, or null. */
  struck: string | null = null;

  readonly #counts: (what: string) => boolean;

  /**
   * @param at number of the operation, from 1
   * @param counts which operations are counted, by their names and paths
   */
  constructor(fault: Fault | null, at: number, counts: (what: string) => boolean = always) {
    this.#fault = fault;
    this.#at = at;
    this.#counts = counts;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  async die(): Promise<never> {
    this.#dead = true;
    return await Promise.reject(new Killed());
  }

  /** Does what the client does, on the faulty disk. */
  async run<T>(action: () => Promise<T>): Promise<T> {
    return await everybodyElse.run(this, action);
  }

  async operate(operation: string, run: Run, args: readonly unknown[]): Promise<unknown> {
    if (this.#dead) throw new Killed();
    const what = `${operation} ${args.filter((arg) => typeof arg === 'string').join(' ')}`;
    if (this.#counts(what)) this.log.push(what);
    if (this.log.length === this.#at && this.struck === null && this.#fault?.hits(operation)) {
      this.struck = what;
      return await this.#fault.strike(this, operation, run, args);
    }
    // Looking into a folder makes the client ask the server, changing it does as well.
    if (operation === 'opendir' || operation === 'readdir') this.stale.delete(String(args[0]));
    if (changing.has(operation)) for (const path of args) this.stale.delete(dirname(String(path)));
    if ((operation === 'lstat' || operation === 'stat') && this.stale.has(dirname(String(args[0])))) {
      throw systemError('ENOENT', operation);
    }
    return await run();
  }
}

/** The operations of an open file that are counted; the others are not allowed to fail. */
const FILE_OPERATIONS = new Set(['write', 'writeFile', 'appendFile', 'read', 'sync', 'datasync', 'stat']);

function faultyFile(handle: FileHandle, victim: Victim): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      if (typeof name !== 'string' || !FILE_OPERATIONS.has(name)) return call;
      // Power is not cut here: nothing need reach the disk.
      return async (...args: unknown[]) => {
        const run = async (): Promise<unknown> => (name.endsWith('sync') ? undefined : await call(...args));
        return await victim.operate(`file.${name}`, run, [target, ...args]);
      };
    },
  });
}

/** Puts the faulty disk there. */
export function installFaultyDisk(): () => void {
  const names = [
    'access',
    'link',
    'lstat',
    'mkdir',
    'open',
    'opendir',
    'readdir',
    'rename',
    'rm',
    'rmdir',
    'stat',
    'statfs',
    'unlink',
    'utimes',
  ] as const;
  const faulty = Object.fromEntries(
    names.map((name) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        const victim = everybodyElse.getStore();
        const call = async (): Promise<unknown> =>
          await (Reflect.apply(real[name], real, args) as Promise<unknown>);
        if (victim === undefined) return await call();
        const result = await victim.operate(name, call, args);
        return name === 'open' ? faultyFile(result as FileHandle, victim) : result;
      },
    ]),
  );
  return replaceDisk(faulty as unknown as Disk);
}
