import { Writable } from 'node:stream';
import { main } from '../../../src/cli/main.js';

/** Runs a command line in this process; for all that starts no daemon. */
export async function mandeld(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const terminal = { out: stream('out'), err: stream('err'), interactive: false, columns: 100 };
  const code = await main(args, {}, terminal, '0.0.0');
  return { code, ...texts };
}
