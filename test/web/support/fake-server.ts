import { encodeIndexedPng } from '../../../src/image/png.js';
import { paletteOf } from '../../../src/image/palette.js';

/** The picture of a tile, each with other pixels. */
export function pictureOf(name: string): Uint8Array {
  const side = 256;
  const indices = new Uint8Array(side * side).fill(name.length);
  indices.set(new TextEncoder().encode(name).subarray(0, side * side));
  return encodeIndexedPng(indices, side, paletteOf('Classic'));
}

/** A request that waits for its answer. */
export interface Waiting {
  readonly name: string;
  readonly answer: (response: Response) => void;
  readonly fail: () => void;
}

/** What a page's fetch asks for; it is answered when the test says so. */
export class FakeServer {
  /** Names of pictures that were asked for, in their order; the probe apart. */
  readonly asked: string[] = [];
  /** Those that wait for an answer. */
  readonly waiting: Waiting[] = [];
  /** What the probe for a tile that cannot be gets. */
  probe: () => Response = () => new Response('', { status: 404 });
  probes = 0;
  /** The most that waited at a time. */
  most = 0;

  /** To be put in the place of fetch. */
  readonly fetch = async (url: string | URL): Promise<Response> => {
    const name = /tile\/(.*)\.(png|jpg)$/.exec(String(url))?.[1] ?? '';
    if (name === 'blank') {
      this.probes++;
      return this.probe();
    }
    this.asked.push(name);
    return await new Promise((answer, reject) => {
      this.waiting.push({ name, answer, fail: () => reject(new TypeError('Failed to fetch')) });
      this.most = Math.max(this.most, this.waiting.length);
    });
  };

  /** Answers all that wait, and what is asked for thereupon. */
  async answerAll(responseTo: (name: string) => Response | null): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      for (const { name, answer, fail } of this.waiting.splice(0)) {
        const response = responseTo(name);
        if (response === null) fail();
        else answer(response);
        quiet = 0;
      }
      await settle();
    }
  }
}

/** The bytes of a picture as an answer. */
export function sent(bytes: Uint8Array): Response {
  return new Response(Uint8Array.from(bytes));
}

/** Lets all that can go on without an answer go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
