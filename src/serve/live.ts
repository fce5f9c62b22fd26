import type { FastifyReply } from 'fastify';
import { Layout } from '../cache/layout.js';
import type { Address } from '../tile/address.js';
import { Listeners } from './listeners.js';
import { ServerMetrics } from './metrics.js';
import type { ServeOptions } from './options.js';
import { RecentMisses } from './recent-misses.js';
import { StatusCache } from './status-cache.js';
import { Wants } from './wants.js';
import { Watch } from './watch.js';

/** Everything of a server that lives beside its files: wants, events, status and metrics. */
export class Live {
  readonly listeners: Listeners = new Listeners();
  readonly wants: Wants;
  readonly status: StatusCache;
  readonly metrics: ServerMetrics;
  readonly #misses = new RecentMisses();
  readonly #watch: Watch;

  constructor(options: ServeOptions) {
    const layout = new Layout(options.root, options.settings.image);
    this.wants = new Wants(layout, options, (answer) => this.metrics.answered(answer));
    this.status = new StatusCache(options.root, options.clock);
    this.metrics = new ServerMetrics(
      {
        listeners: () => this.listeners.size,
        queued: () => this.wants.queued,
        wants: () => this.wants.outstanding,
        misses: () => this.#misses.size,
      },
      options.version,
    );
    this.#watch = new Watch(layout, this.listeners, this.#misses, this.status, options);
  }

  /** Somebody asked for a tile that has no picture. */
  missed(address: Address, from: string): void {
    this.#misses.add(address);
    this.metrics.missed(this.wants.ask(address, from));
  }

  /** Makes a request that of a listener, and tells it how things are. */
  async listen(reply: FastifyReply): Promise<void> {
    const headers = Object.fromEntries(
      Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
    );
    reply.hijack();
    const { raw } = reply;
    this.listeners.add(raw, headers);
    this.listeners.tell('boring', `${await this.#watch.boringBytes()}`, raw);
    const status = await this.status.get().catch(() => null);
    if (status !== null) this.listeners.tell('status', status, raw);
  }

  /** Tells listeners that it is over. */
  endEvents(): void {
    this.listeners.close();
  }

  /** Ends everything; nothing is under way then. */
  async close(): Promise<void> {
    this.endEvents();
    await Promise.all([this.wants.close(), this.#watch.close()]);
  }
}
