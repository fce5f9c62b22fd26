import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import { DURABLE, DurableFS } from './durable-fs.js';

/** The program of the embedded database's thread: opens it, and then answers one statement after the other. */

/** A statement; null, at last, closes the database. */
export type Question = { readonly text: string; readonly parameters: readonly unknown[] } | null;

/** What a statement has found or changed; or its error, taken apart, because errors lose their codes on the way between threads. */
export type Answer =
  | { readonly rows: readonly unknown[]; readonly affected: number | null }
  | { readonly message: string; readonly code: string | undefined };

/** Its own way with bytes goes one by one, and takes 20 ms for an upload. */
const parsers = {
  [types.INT8]: Number,
  [types.BYTEA]: (text: string): Uint8Array => Buffer.from(text.slice(2), 'hex'),
};
const serializers = {
  [types.BYTEA]: (bytes: Uint8Array): string =>
    `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`,
};

async function open(folder: string): Promise<PGlite> {
  return await PGlite.create({ fs: new DurableFS(folder), startParams: DURABLE, parsers, serializers });
}

let engine: Promise<PGlite> | null = null;

async function perform(question: Question): Promise<Answer> {
  try {
    engine ??= open(workerData as string);
    if (question === null) {
      await (await engine).close();
      return { rows: [], affected: null };
    }
    const { rows, affectedRows } = await (await engine).query(question.text, [...question.parameters]);
    return { rows, affected: affectedRows ?? null };
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string };
    return { message, code };
  }
}

parentPort?.on('message', (question: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  void perform(question).then((answer) => parentPort?.postMessage(answer));
});
