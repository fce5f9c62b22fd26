import type { Logger } from 'pino';
import type { Receipt } from '../wire/messages.js';
import { Backoff } from './backoff.js';
import type { Bell, Clock } from './clock.js';
import type { HubClient, LeaseName } from './hub-client.js';
import { HubError } from './hub-error.js';
import type { HubLink } from './hub-link.js';
import type { KeptResults } from './kept-results.js';
import type { LeaseTerm } from './lease-term.js';
import { sideBySide } from './side-by-side.js';

/** What the outbox works with. */
export interface OutboxParts {
  readonly client: HubClient;
  readonly link: HubLink;
  readonly kept: KeptResults;
  readonly clock: Clock;
  /** Rung when something has changed. */
  readonly bell: Bell;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onUploaded: (name: LeaseName, receipt: Receipt) => void;
  /** A result came to nothing. */
  readonly onDropped: (name: LeaseName, code: string) => void;
  /** The token or the version is refused. */
  readonly onFatal: (error: HubError) => void;
}

/** A result on its way. */
interface Parcel {
  /** Null until its file is read: it is from an earlier run. */
  name: LeaseName | null;
  /** Null when nothing extends its lease any more. */
  term: LeaseTerm | null;
  /** Null when it is on the disk only. */
  bytes: Uint8Array | null;
  /** Null when it is in memory only. */
  file: string | null;
  /** It is being written or sent. */
  isBusy: boolean;
  /** Not sent again before this. */
  notBefore: number;
  readonly backoff: Backoff;
}

/**
 * Uploads side by side. When each takes 200 ms, two of them held one thread to 10 tiles/s of the 43 that it computes (tiles of level 3);
 * as many as this do not.
 */
const MAX_UPLOADS = 8;
/** Bytes of results that are kept in memory as well. */
const MAX_MEMORY = 32 * 2 ** 20;

/**
 * Results on their way to the hub. Each one is written to the disk, offered until the hub has answered, and removed: whatever the
 * answer is, it is the last word. So a result whose lease has expired is offered once as well.
 *
 * ```
 * put ──► written ──► sent ──► taken in, or dropped
 *             ▲          │
 *             └──────────┘ no answer: later
 * ```
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #parcels = new Set<Parcel>();
  readonly #writing = new Set<Promise<void>>();
  #sending = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Results that the hub has not answered for. */
  get size(): number {
    return this.#parcels.size;
  }

  /** Those of them whose leases are to be extended. */
  get leased(): { readonly name: LeaseName; readonly term: LeaseTerm; readonly forget: () => void }[] {
    return [...this.#parcels].flatMap((parcel) => {
      const { name, term } = parcel;
      return name && term ? [{ name, term, forget: () => void (parcel.term = null) }] : [];
    });
  }

  /** Takes in what earlier runs have left. */
  async load(): Promise<number> {
    const files = await this.#parts.kept.files();
    for (const file of files) this.#add({ name: null, term: null, bytes: null, file, isBusy: false });
    return files.length;
  }

  /** Takes a result, and has it written to the disk before it is sent. */
  put({ lease, attempt }: LeaseName, term: LeaseTerm, bytes: Uint8Array): void {
    const name = { lease, attempt };
    const writing = this.#write(
      this.#add({ name, term, bytes, file: null, isBusy: true }),
      name,
      bytes,
    ).finally(() => {
      this.#writing.delete(writing);
      this.#parts.bell.ring();
    });
    this.#writing.add(writing);
  }

  /** Waits until all that was put is durable, unless the disk refuses it. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Sends until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { bell, clock } = this.#parts;
    const due = (): Parcel[] => {
      const now = clock.now();
      const free = [...this.#parcels].filter(({ isBusy, notBefore }) => !isBusy && notBefore <= now);
      return free.slice(0, MAX_UPLOADS - this.#sending);
    };
    await sideBySide(bell, signal, due, async (parcel) => await this.#send(parcel, signal));
  }

  #add(parcel: Omit<Parcel, 'notBefore' | 'backoff'>): Parcel {
    const whole = { ...parcel, notBefore: -Infinity, backoff: new Backoff(this.#parts.random) };
    this.#parcels.add(whole);
    return whole;
  }

  async #write(parcel: Parcel, name: LeaseName, bytes: Uint8Array): Promise<void> {
    const { kept, logger } = this.#parts;
    try {
      parcel.file = await kept.write(name, bytes);
      const inMemory = [...this.#parcels].reduce((sum, one) => sum + (one.bytes?.length ?? 0), 0);
      if (inMemory > MAX_MEMORY) parcel.bytes = null;
    } catch (error) {
      logger.warn({ err: error }, 'a finished tile cannot be kept on the disk; it is in memory only');
    }
    parcel.isBusy = false;
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { client, link, clock } = this.#parts;
    parcel.isBusy = true;
    this.#sending++;
    try {
      const content = await this.#read(parcel);
      if (content === null) return;
      const { name, bytes } = content;
      const receipt = await link.ask(async () => await client.upload(name, bytes, signal), signal);
      await this.#finish(parcel);
      this.#parts.onUploaded(name, receipt);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      if (error.isPassing) parcel.notBefore = clock.now() + parcel.backoff.fail(error.retryAfter);
      await this.#receive(parcel, error);
    } finally {
      this.#sending--;
      parcel.isBusy = false;
    }
  }

  /** The bytes; null when there is nothing to send. */
  async #read(parcel: Parcel): Promise<{ name: LeaseName; bytes: Uint8Array } | null> {
    const { kept, logger } = this.#parts;
    const { name, bytes, file } = parcel;
    if (name && bytes) return { name, bytes };
    const found = file === null ? null : await kept.read(file);
    if (found !== null && typeof found === 'object') {
      parcel.name = { lease: found.lease, attempt: found.attempt };
      return { name: parcel.name, bytes: found.bytes };
    }
    // Gone: another volunteer on the same folder has sent it.
    if (found !== null) logger.warn({ file, reason: found }, 'a kept tile is damaged; removed');
    await this.#finish(parcel);
    return null;
  }

  async #receive(parcel: Parcel, error: HubError): Promise<void> {
    const { logger, onDropped, onFatal } = this.#parts;
    if (error.code === 'ETOKEN' || error.code === 'EVERSION') {
      parcel.notBefore = Infinity;
      onFatal(error);
    }
    const { name } = parcel;
    if (name === null || !(error.code === 'ELEASE' || error.code === 'EREFUSED')) return;
    await this.#finish(parcel);
    const details = { ...name, reason: error.message };
    if (error.code === 'ELEASE') logger.warn(details, 'a finished tile came too late; dropped');
    else logger.error(details, 'the hub refuses a finished tile; dropped');
    onDropped(name, error.code);
  }

  async #finish(parcel: Parcel): Promise<void> {
    this.#parcels.delete(parcel);
    const { kept, logger } = this.#parts;
    try {
      if (parcel.file !== null) await kept.remove(parcel.file);
    } catch (error) {
      logger.warn({ err: error }, 'a kept tile cannot be removed; it will be sent once more');
    }
  }
}
