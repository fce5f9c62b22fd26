import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the histogram's buckets, in seconds: a picture takes a millisecond, a large status seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is asked of the server when it is scraped. */
export interface Gauges {
  /** Who listens to events. */
  readonly listeners: () => number;
  /** Tiles that wait to be looked at. */
  readonly queued: () => number;
  /** Own marks in want/. */
  readonly wants: () => number;
  /** Missing tiles that are remembered. */
  readonly misses: () => number;
  /** Films that wait to be made. */
  readonly films: () => number;
}

/** A server in Prometheus' text format. */
export class ServerMetrics {
  readonly #registry: Registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #missing: Counter;
  readonly #answers: Counter;
  readonly #films: Counter;

  constructor(gauges: Gauges, version: string) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'mandeld_server_requests_total',
      help: 'Requests that were answered.',
      labelNames: ['route', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'mandeld_server_request_seconds',
      help: 'From a request to the end of its answer.',
      labelNames: ['route'],
      buckets: BUCKETS,
      registers,
    });
    this.#missing = new Counter({
      name: 'mandeld_server_missing_tiles_total',
      help: 'Requests for tiles that have no picture, by what became of the wish.',
      labelNames: ['outcome'],
      registers,
    });
    this.#answers = new Counter({
      name: 'mandeld_server_wants_total',
      help: 'Missing tiles that were looked at, by what was found.',
      labelNames: ['answer'],
      registers,
    });
    this.#films = new Counter({
      name: 'mandeld_server_films_total',
      help: 'Films that visitors have asked for, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    this.#gauge('listeners', 'Who listens to events.', gauges.listeners);
    this.#gauge('queued_tiles', 'Missing tiles that wait to be looked at.', gauges.queued);
    this.#gauge('wanted_tiles', 'Marks of this server in want/, as far as it knows.', gauges.wants);
    this.#gauge('missed_tiles', 'Missing tiles that are remembered.', gauges.misses);
    this.#gauge('waiting_films', 'Films that wait to be made.', gauges.films);
    this.#gauge('resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
    new Gauge({
      name: 'mandeld_server_info',
      help: 'Always 1; its label says what this is.',
      labelNames: ['version'],
      registers,
    }).set({ version }, 1);
  }

  /** Counts an answer. */
  observe(route: string, code: number, milliseconds: number): void {
    this.#requests.inc({ route, code });
    // Events are listened to for hours.
    if (!route.endsWith('/events')) this.#seconds.observe({ route }, milliseconds / 1000);
  }

  /** Counts a request for a missing tile. */
  missed(outcome: string): void {
    this.#missing.inc({ outcome });
  }

  /** Counts what became of a wish. */
  answered(answer: string): void {
    this.#answers.inc({ answer });
  }

  /** Counts a film that is over. */
  filmed(outcome: string): void {
    this.#films.inc({ outcome });
  }

  /** The format's media type. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as they are now. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name: `mandeld_server_${name}`,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }
}
