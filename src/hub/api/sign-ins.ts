import { RateLimit } from '../../serve/rate-limit.js';
import { keyOf, type Account, type Accounts } from '../accounts.js';
import { HubError } from '../hub-error.js';
import { digestOf } from '../secrets.js';
import { Turns } from './turns.js';

/** Passwords that a network may try at once for all names: a school has one address. */
const A_NETWORK = { burst: 50, perSecond: 1 / 10 } as const;
/** And for one name; a browser that has been signed in to it before may try as many, whatever others do. */
const A_NAME = { burst: 10, perSecond: 1 / 30 } as const;
/** Those that all networks together may try for a name; further ones take turns: 17,000 a day. Milliseconds. */
const ALL = { burst: 100, interval: 5000, patience: 30_000 } as const;

/** What signing in works with. */
export interface SignInParts {
  readonly accounts: Accounts;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Who tries a password, and where. */
export interface Attempt {
  readonly name: string;
  readonly password: string;
  /** The network that it comes from. */
  readonly origin: string;
  /** What the browser kept when it was signed in before; null when there is nothing of the kind. */
  readonly device: string | null;
}

/**
 * Passwords are tried so often only, and nobody can keep somebody out by trying them: whoever has many networks makes others wait at the most, and never
 * those whose browsers have been signed in before (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export class SignIns {
  readonly #parts: SignInParts;
  readonly #networks: RateLimit;
  readonly #names: RateLimit;
  readonly #turns: Turns;

  constructor(parts: SignInParts) {
    const { clock } = parts;
    this.#parts = parts;
    this.#networks = new RateLimit(clock, A_NETWORK.burst, A_NETWORK.perSecond);
    this.#names = new RateLimit(clock, A_NAME.burst, A_NAME.perSecond);
    this.#turns = new Turns(clock, ALL.burst, ALL.interval, ALL.patience);
  }

  /** @throws HubError ERATE, ESIGNIN */
  async check({ name, password, origin, device }: Attempt): Promise<Account> {
    const { accounts, sleep } = this.#parts;
    const key = keyOf(name);
    const isKnown = device !== null && (await accounts.isDevice(name, device));
    const who = isKnown ? [key, 'device', device] : [key, 'network', origin];
    const mayTry = [this.#names.take(digestOf(JSON.stringify(who)).toString('hex'))];
    if (!isKnown) mayTry.push(this.#networks.take(origin));
    if (!mayTry.every(Boolean)) throw tooMany();
    if (!isKnown) {
      const wait = this.#turns.take(key);
      if (wait === null) throw tooMany();
      if (wait > 0) await sleep(wait);
    }
    return await accounts.signIn(name, password);
  }
}

function tooMany(): HubError {
  return new HubError('ERATE', 'Too many attempts. Wait some minutes.', 60);
}
