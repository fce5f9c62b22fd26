import { Agent, request } from 'node:http';
import { ALGORITHM_VERSION, FORMAT_VERSION } from '../../../src/cache/settings.js';
import { API, type CheckoutAnswer, type Lease, type Receipt } from '../../../src/wire/messages.js';
import { RESULT_TYPE } from '../../../src/wire/result-codec.js';

/** An answer of a hub. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks hubs, over connections that stay open. */
export class Asker {
  readonly #agent: Agent;
  requests = 0;

  constructor(sockets = 64) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  async ask(
    url: string,
    method: string,
    headers: Record<string, string>,
    body: Uint8Array | string | null,
  ): Promise<Answer> {
    this.requests++;
    return await new Promise((resolve, reject) => {
      const length = body === null ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` };
      const sent = request(
        url,
        { method, agent: this.#agent, headers: { ...headers, ...length } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
          answer.on('error', reject);
        },
      );
      sent.setTimeout(60_000, () => sent.destroy(new Error('the hub does not answer')));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** One account's program, in a network of its own. */
export class Client {
  readonly name: string;
  readonly #asker: Asker;
  readonly #url: () => string;
  readonly #network: string;

  constructor(name: string, network: string, url: () => string, asker: Asker) {
    this.name = name;
    this.#network = network;
    this.#url = url;
    this.#asker = asker;
  }

  async checkout(count: number): Promise<Lease[]> {
    const body = JSON.stringify({ count, format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION });
    const answer = await this.#ask('POST', '/checkout', 'application/json', body);
    if (answer.status !== 200) throw new HubAnswer(answer);
    return [...(JSON.parse(String(answer.body)) as CheckoutAnswer).leases];
  }

  async raw({ lease }: Lease): Promise<Buffer> {
    const answer = await this.#ask('GET', `/leases/${lease}/raw`, null, null);
    if (answer.status !== 200) throw new HubAnswer(answer);
    return answer.body;
  }

  async upload({ lease, attempt }: Lease, body: Uint8Array): Promise<Receipt> {
    const answer = await this.#ask('PUT', `/leases/${lease}/result?attempt=${attempt}`, RESULT_TYPE, body);
    if (answer.status !== 202) throw new HubAnswer(answer);
    return JSON.parse(String(answer.body)) as Receipt;
  }

  /** Gives a tile back because it cannot be computed. */
  async refuse({ lease, attempt }: Lease, reason: string): Promise<void> {
    const body = JSON.stringify({ attempt, reason });
    const answer = await this.#ask('POST', `/leases/${lease}/return`, 'application/json', body);
    if (answer.status !== 200) throw new HubAnswer(answer);
  }

  async #ask(
    method: string,
    path: string,
    type: string | null,
    body: Uint8Array | string | null,
  ): Promise<Answer> {
    const headers: Record<string, string> = {
      Authorization: `Bearer token-${this.name}`,
      'X-Forwarded-For': this.#network,
      ...(type === null ? {} : { 'Content-Type': type }),
    };
    return await this.#asker.ask(`${this.#url()}${API}${path}`, method, headers, body);
  }
}

/** The hub has refused something. */
export class HubAnswer extends Error {
  readonly status: number;

  constructor({ status, body }: Answer) {
    super(`${status} ${String(body).slice(0, 300)}`);
    this.status = status;
  }
}
