import type { FastifyReply } from 'fastify';
import { Layout } from '../cache/layout.js';
import { reportStatus } from '../cache/status-report.js';
import type { Address } from '../tile/address.js';
import { Films } from './films.js';
import { addListener, Listeners } from './listeners.js';
import { ServerMetrics } from './metrics.js';
import type { ServeOptions } from './options.js';
import { RecentMisses } from './recent-misses.js';
import { SharedAnswer } from './shared-answer.js';
import { Wants } from './wants.js';
import { Watch } from './watch.js';

/** Everything of a server that lives beside its files: wants, films, events, status and metrics. */
export class Live {
  readonly listeners: Listeners = new Listeners();
  readonly wants: Wants;
  /** Null when none are made. */
  readonly films: Films | null;
  /** What `mandeld status --json` prints: a cache of a million tiles takes seconds to list. */
  readonly status: SharedAnswer<string>;
  readonly metrics: ServerMetrics;
  readonly #misses = new RecentMisses();
  readonly #watch: Watch;
  readonly #onMiss: (address: Address, from: string) => void;

  constructor(options: ServeOptions) {
    const layout = new Layout(options.root, options.settings.image);
    this.wants = new Wants(layout, options, (answer) => this.metrics.answered(answer));
    const { films, logger, clock, onMiss = () => undefined } = options;
    this.#onMiss = onMiss;
    const onOver = (outcome: string): void => this.metrics.filmed(outcome);
    this.films = films && new Films(films, { layout, logger, clock, onOver });
    this.status = new SharedAnswer(
      async () => JSON.stringify(await reportStatus(options.root)),
      options.clock,
    );
    this.metrics = new ServerMetrics(
      {
        listeners: () => this.listeners.size,
        queued: () => this.wants.queued,
        wants: () => this.wants.outstanding,
        misses: () => this.#misses.size,
        films: () => this.films?.waiting ?? 0,
      },
      options.version,
    );
    this.#watch = new Watch(layout, this.listeners, this.#misses, this.status, options);
  }

  /** Somebody asked for a tile that has no picture. */
  missed(address: Address, from: string): void {
    this.#misses.add(address);
    this.#onMiss(address, from);
    this.metrics.missed(this.wants.ask(address, from));
  }

  /** Makes a request that of a listener, and tells it how things are. */
  async listen(reply: FastifyReply): Promise<void> {
    const raw = addListener(this.listeners, reply);
    this.listeners.tell('boring', `${await this.#watch.boringBytes()}`, raw);
    const status = await this.status.get().catch(() => null);
    if (status !== null) this.listeners.tell('status', status, raw);
  }

  /** Tells listeners that it is over, and gives up films. */
  endEvents(): void {
    this.films?.cancelAll();
    this.listeners.close();
  }

  /** Ends everything; nothing is under way then. */
  async close(): Promise<void> {
    this.endEvents();
    await Promise.all([this.wants.close(), this.#watch.close(), this.films?.close()]);
  }
}
