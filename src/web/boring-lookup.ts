import type { BoringReply, BoringRequest, Found } from './boring-messages.js';
import { deferred } from './deferred.js';

/** The worker's script; the bundler puts it here. */
declare const BORING_WORKER: string;

/** How long to wait for the first download before tiles are asked for without it, milliseconds. */
const PATIENCE_MS = 400;
/** How often a server that does not tell is asked for what is new, milliseconds. */
const REFRESH_MS = 20_000;

/** What is known of boring.txt. */
export type BoringState = Omit<Extract<BoringReply, { kind: 'state' }>, 'kind'>;

/** Whether tiles are boring: the page's side of the worker. */
export class BoringLookup {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (found: readonly Found[]) => void>();
  readonly #isUseful: Promise<void>;
  readonly #onState: (state: BoringState) => void | Promise<void>;
  #asked = 0;

  /** @param onState told after each download */
  constructor(url: string, onState: (state: BoringState) => void | Promise<void>) {
    this.#onState = onState;
    const script = URL.createObjectURL(new Blob([BORING_WORKER], { type: 'text/javascript' }));
    this.#worker = new Worker(script);
    const first = deferred<void>();
    this.#isUseful = first.promise;
    setTimeout(first.resolve, PATIENCE_MS);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<BoringReply>) => {
      if (data.kind === 'state') {
        first.resolve();
        void this.#onState(data);
      } else {
        this.#waiting.get(data.id)?.(data.found);
        this.#waiting.delete(data.id);
      }
    });
    this.#tell({ kind: 'start', url });
    setInterval(() => {
      if (!document.hidden) this.refresh();
    }, REFRESH_MS);
  }

  /** Looks whether the file has grown. */
  refresh(): void {
    this.#tell({ kind: 'refresh' });
  }

  /** For each address, the boring tile that it is or lies in. */
  async find(addresses: readonly string[]): Promise<readonly Found[]> {
    await this.#isUseful;
    const id = ++this.#asked;
    const answer = deferred<readonly Found[]>();
    this.#waiting.set(id, answer.resolve);
    this.#tell({ kind: 'find', id, addresses });
    return await answer.promise;
  }

  #tell(request: BoringRequest): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    this.#worker.postMessage(request);
  }
}
