import type { Logger } from 'pino';
import { RateMeter } from '../daemon/rate.js';
import type { Receipt } from '../wire/messages.js';
import type { Clock } from './clock.js';
import type { HeldTile } from './holdings.js';
import type { LeaseName } from './hub-client.js';
import type { Progress, VolunteerEvent } from './options.js';

/** What the tally tells others of. */
export interface TallyParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEvent: (event: VolunteerEvent) => void;
}

/** The rate is that of so many seconds. */
const RATE_SECONDS = 60;

/** What a volunteer has done since its start: counted, and told as events. */
export class Tally {
  readonly #parts: TallyParts;
  readonly #rate: RateMeter;
  #computed = 0;
  #uploaded = 0;
  #dropped = 0;
  #returned = 0;

  constructor(parts: TallyParts) {
    this.#parts = parts;
    this.#rate = new RateMeter(RATE_SECONDS, parts.clock.now());
  }

  get counts(): Pick<Progress, 'computed' | 'uploaded' | 'dropped' | 'returned' | 'rate'> {
    return {
      computed: this.#computed,
      uploaded: this.#uploaded,
      dropped: this.#dropped,
      returned: this.#returned,
      rate: this.#rate.rate(this.#parts.clock.now()),
    };
  }

  countLeased(tiles: readonly HeldTile[]): void {
    this.#parts.onEvent({ event: 'leased', tiles: tiles.map(({ address }) => address) });
  }

  countComputed({ address }: HeldTile, ms: number, bytes: number): void {
    this.#computed++;
    this.#rate.add(1, this.#parts.clock.now());
    this.#parts.onEvent({ event: 'computed', address, ms: Math.round(ms), bytes });
  }

  countUploaded({ lease, attempt }: LeaseName, { result, state }: Receipt): void {
    const { logger, onEvent } = this.#parts;
    this.#uploaded++;
    if (state === 'false') logger.error({ lease, attempt }, 'the hub has found a finished tile to be wrong');
    onEvent({ event: 'uploaded', lease, attempt, result, state });
  }

  countDropped({ lease, attempt }: LeaseName, code: string): void {
    this.#dropped++;
    this.#parts.onEvent({ event: 'dropped', lease, attempt, code });
  }

  countReturned({ address }: HeldTile, reason: string | null): void {
    this.#returned++;
    this.#parts.onEvent({ event: 'returned', address, reason });
  }
}
