import { capitalised, waitOf } from './words.js';

/** Why the hub did not do what it was asked to: the message is for whoever asked. */
export class Refusal extends Error {
  /** As docs/hub.md lists them; ENETWORK when the hub was not reached. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** The hub's interface, for its pages. */
export class HubApi {
  readonly #base: string;

  /** @param base the address of the folder that the page is in */
  constructor(base: string) {
    this.#base = `${base}api/v1/`;
  }

  /** @throws Refusal */
  async get<Answer>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    return (await this.#ask('GET', search === '' ? path : `${path}?${search}`)) as Answer;
  }

  /** @throws Refusal */
  async send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer> {
    return (await this.#ask(method, path, body)) as Answer;
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    let answer: Response;
    try {
      answer = await fetch(this.#base + path, {
        method,
        cache: 'no-store',
        ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refusal('ENETWORK', 'The hub cannot be reached. Try again.');
    }
    const text = await answer.text().catch(() => '');
    if (answer.ok) return text === '' ? null : (JSON.parse(text) as unknown);
    throw refusalOf(answer.status, text, Number(answer.headers.get('Retry-After') ?? NaN));
  }
}

/** What an answer refuses; a proxy's answer may be anything. */
function refusalOf(status: number, text: string, retryAfter: number): Refusal {
  const wait = retryAfter > 0 ? ` You can try again in ${waitOf(retryAfter)}.` : '';
  let failure: Record<string, unknown> = {};
  try {
    failure = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    // No JSON: the status tells all that there is.
  }
  const { error, message } = failure;
  if (error === 'ETOKEN') return new Refusal(error, 'You are not signed in, or no longer. Sign in first.');
  return typeof error === 'string' && typeof message === 'string'
    ? new Refusal(error, capitalised(message) + wait)
    : new Refusal(`HTTP ${status}`, `The hub answered ${status}.${wait}`);
}
