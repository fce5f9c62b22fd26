import { askInPassing, type Answer } from '../cache/ask.js';
import { BoringTail } from '../cache/boring-tail.js';
import { systemCode } from '../cache/cache-error.js';
import { exists, remove } from '../cache/files.js';
import { deepestLevel, type Layout } from '../cache/layout.js';
import { mapInGroups } from '../cache/groups.js';
import { levelOf, type Address } from '../tile/address.js';
import type { Asker, Outcome, ServeOptions } from './options.js';
import { RateLimit } from './rate-limit.js';

/** Tiles are asked for together, so long after the first of them was missed, in milliseconds: a page misses many at once. */
const GATHER_MS = 100;
/** And not before so many times what the last look has cost: listing the folders of many clients is dear on NFS. */
const COST_FACTOR = 4;
/** Tiles that are looked at in one go. */
const BATCH = 64;
/** How often it is looked which of the own marks were taken by daemons, in milliseconds. */
const PRUNE_MS = 5000;

/** What of the options matters here. */
type Options = Pick<ServeOptions, 'wants' | 'maxWants' | 'maxLevel' | 'logger' | 'clock'>;

/**
 * Asks the daemons for tiles that somebody looks at.
 *
 * A missed tile waits in a queue; a moment later the queue is looked at, and what is neither boring, nor there, nor under way gets a mark in
 * want/. Whatever comes in, it costs a bounded queue, at most `maxWants` own marks (the oldest one goes for a new one), and one list of the
 * clients' folders for each batch.
 *
 * States: _on_ -> _off_, when want/ cannot be written to, for good. Closing ends both.
 */
export class Wants implements Asker {
  readonly #layout: Layout;
  readonly #options: Options;
  readonly #deepest: number;
  readonly #boring: BoringTail;
  readonly #limit: RateLimit;
  readonly #queue = new Set<Address>();
  /** Own marks in want/, the oldest first. */
  readonly #own = new Set<Address>();
  readonly #onAnswer: (answer: Answer | 'dropped' | 'failed') => void;
  #isOn: boolean;
  #isFailing = false;
  #pauseMs = GATHER_MS;
  #gathering: NodeJS.Timeout | null = null;
  #pruning: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();

  /** @param onAnswer told of everything that became of a tile in the queue, for the metrics */
  constructor(
    layout: Layout,
    options: Options,
    onAnswer: (answer: Answer | 'dropped' | 'failed') => void = () => undefined,
  ) {
    this.#layout = layout;
    this.#options = options;
    this.#deepest = Math.min(options.maxLevel, deepestLevel(layout.root));
    this.#boring = new BoringTail(layout.boring);
    this.#limit = new RateLimit(options.clock);
    this.#onAnswer = onAnswer;
    this.#isOn = options.wants && options.maxWants > 0;
  }

  /** Tiles that wait to be looked at. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Own marks in want/, as far as is known. */
  get outstanding(): number {
    return this.#own.size;
  }

  ask(address: Address, from: string): Outcome {
    if (!this.#isOn) return 'off';
    if (levelOf(address) > this.#deepest) return 'too deep';
    if (this.#queue.has(address) || this.#own.has(address)) return 'known';
    if (!this.#limit.take(from)) return 'too many';
    this.#queue.add(address);
    for (const oldest of this.#queue) {
      if (this.#queue.size <= this.#options.maxWants) break;
      this.#queue.delete(oldest);
      this.#onAnswer('dropped');
    }
    this.#gather();
    return 'queued';
  }

  /** Asks for no more; ends when nothing is under way. The marks stay: somebody wanted to see those tiles. */
  async close(): Promise<void> {
    this.#turnOff();
    await this.#work;
  }

  /** Waits until all that is in the queue was looked at. */
  async settled(): Promise<void> {
    while (this.#queue.size > 0) await this.#flush();
    await this.#work;
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => void this.#flush(), this.#pauseMs);
  }

  async #flush(): Promise<void> {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    this.#work = this.#work.then(async () => await this.#askForBatch());
    await this.#work;
    if (this.#queue.size > 0) this.#gather();
  }

  /** Never fails. */
  async #askForBatch(): Promise<void> {
    // The youngest first: that is what somebody looks at now.
    const batch = [...this.#queue].slice(-BATCH).toReversed();
    for (const address of batch) this.#queue.delete(address);
    if (batch.length === 0 || !this.#isOn) return;
    const began = this.#options.clock();
    try {
      const answers = await askInPassing(this.#layout, batch, this.#boring);
      for (const [i, address] of batch.entries()) {
        this.#onAnswer(answers[i]);
        if (answers[i] === 'is asked for') this.#own.add(address);
      }
      await this.#makeRoom();
      this.#pruning ??= setInterval(() => void this.#pruneLater(), PRUNE_MS).unref();
      this.#isFailing = false;
    } catch (error) {
      this.#fail(error, batch.length);
    }
    this.#pauseMs = Math.max(GATHER_MS, COST_FACTOR * (this.#options.clock() - began));
  }

  async #makeRoom(): Promise<void> {
    if (this.#own.size > this.#options.maxWants) await this.#prune();
    for (const oldest of this.#own) {
      if (this.#own.size <= this.#options.maxWants) return;
      this.#own.delete(oldest);
      this.#onAnswer('dropped');
      await remove(this.#layout.want(oldest));
    }
  }

  async #pruneLater(): Promise<void> {
    this.#work = this.#work.then(async () => await this.#prune().catch(() => undefined));
    await this.#work;
  }

  /** Forgets the own marks that are no longer there. */
  async #prune(): Promise<void> {
    const own = [...this.#own];
    const standing = await mapInGroups(own, async (address) => await exists(this.#layout.want(address)));
    own.forEach((address, i) => standing[i] || this.#own.delete(address));
  }

  #fail(error: unknown, count: number): void {
    for (let i = 0; i < count; i++) this.#onAnswer('failed');
    const { logger } = this.#options;
    const { root } = this.#layout;
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) {
      if (!this.#isOn) return;
      this.#turnOff();
      logger.warn(
        { cache: root, err: error },
        'want/ cannot be written to: tiles are served, and none asked for',
      );
    } else if (!this.#isFailing) {
      this.#isFailing = true;
      logger.warn(
        { cache: root, err: error },
        'missing tiles could not be asked for; trying again with the next ones',
      );
    }
  }

  #turnOff(): void {
    this.#isOn = false;
    this.#queue.clear();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#pruning !== null) clearInterval(this.#pruning);
    this.#gathering = null;
    this.#pruning = null;
  }
}
