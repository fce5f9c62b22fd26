import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoringIndex } from '../../src/web/boring-index.js';
import { seededRandom } from '../support/random.js';

/** The same by a Map. */
class SlowIndex {
  readonly #periods = new Map<string, number>();
  invalid = 0;

  constructor(text: string) {
    for (const line of text.split('\n').slice(0, -1)) {
      const match = /^(M[0-3]*) (0|[1-9]\d{0,9})$/.exec(line);
      if (match === null) this.invalid++;
      else if (!this.#periods.has(match[1])) this.#periods.set(match[1], Number(match[2]));
    }
  }

  get size(): number {
    return this.#periods.size;
  }

  find(address: string): { period: number; length: number } | null {
    for (let length = 1; length <= address.length; length++) {
      const period = this.#periods.get(address.slice(0, length));
      if (period !== undefined) return { period, length };
    }
    return null;
  }
}

const encoder = new TextEncoder();

const addresses = fc
  .array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 })
  .map((digits) => `M${digits.join('')}`);
const lines = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(addresses, fc.nat(40)).map(([address, period]) => `${address} ${period}`),
  },
  { weight: 1, arbitrary: fc.tuple(addresses, fc.nat()).map(([address, period]) => `${address} ${period}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'M',
      'M ',
      ' 1',
      'm0 1',
      'M4 1',
      'M0  1',
      'M0 1 ',
      'M0 01',
      'M0 -1',
      'M0 1.5',
      'M0 1e3',
      'M0 1\r',
      'M0\t1',
      'M0 12345678901',
      'M0 x',
      '<html>',
      'ä',
      '\0',
      'M01 1\0',
      'N0 1',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => text.replaceAll('\n', '')) },
);

/** The same text in chunks that end anywhere. */
function feed(index: BoringIndex, text: string, cuts: readonly number[]): void {
  const bytes = encoder.encode(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    index.append(bytes.subarray(start, end));
    start = end;
  }
  expect(index.length).toBe(bytes.length);
}

describe('the index of boring.txt', () => {
  it('knows what a Map knows, whatever the lines and however they come', () => {
    fc.assert(
      fc.property(
        fc.array(lines, { maxLength: 60 }),
        fc.constantFrom('', 'M0', 'M12 ', 'M12 4', 'gar\0bage'),
        fc.array(fc.nat(2000), { maxLength: 12 }),
        fc.array(addresses, { maxLength: 30 }),
        (all, torn, cuts, asked) => {
          const text = `${all.map((line) => `${line}\n`).join('')}${torn}`;
          const index = new BoringIndex();
          feed(index, text, cuts);
          const oracle = new SlowIndex(text);
          expect({ size: index.size, invalid: index.invalid }).toEqual({
            size: oracle.size,
            invalid: oracle.invalid,
          });
          const known = all.map((line) => line.split(' ')[0]).filter((address) => /^M[0-3]*$/.test(address));
          for (const address of [...asked, ...known, ...known.map((one) => `${one}0123`)])
            expect(index.find(address), address).toEqual(oracle.find(address));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('waits for the end of a line that is torn', () => {
    const index = new BoringIndex();
    index.append(encoder.encode('M01 1'));
    expect(index.find('M01')).toBeNull();
    index.append(encoder.encode('2\nM3'));
    expect(index.find('M013')).toEqual({ period: 12, length: 3 });
    expect(index.find('M3')).toBeNull();
    expect(index.invalid).toBe(0);
  });

  it('forgets all', () => {
    const index = new BoringIndex();
    index.append(encoder.encode('M01 1\nM3 0\nM2'));
    index.clear();
    expect({ size: index.size, length: index.length, found: index.find('M01') }).toEqual({
      size: 0,
      length: 0,
      found: null,
    });
    index.append(encoder.encode('M0'));
    index.append(encoder.encode('2 7\n'));
    expect(index.find('M02')).toEqual({ period: 7, length: 3 });
    expect(index.find('M01')).toBeNull();
    expect(index.size).toBe(1);
  });

  it('finds addresses of any length', () => {
    const deep = `M${'0123'.repeat(5000)}`;
    const index = new BoringIndex();
    index.append(encoder.encode(`${deep} 5\n`));
    expect(index.find(`${deep}3`)).toEqual({ period: 5, length: 20_001 });
    expect(index.find(deep.slice(0, -1))).toBeNull();
  });

  it('takes a million lines in less than three seconds and 100 MB', () => {
    const { bytes, some } = manyLines(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const began = performance.now();
    const index = new BoringIndex();
    for (let at = 0; at < bytes.length; at += 65_536) index.append(bytes.subarray(at, at + 65_536));
    const took = performance.now() - began;
    const memory = process.memoryUsage().arrayBuffers - before;
    const asked = performance.now();
    for (const [address, period] of some)
      expect(index.find(`${address}${'1'.repeat(900)}`)).toEqual({ period, length: address.length });
    const perFind = (performance.now() - asked) / some.length;
    console.log(
      `boring.txt: ${index.size} lines, ${bytes.length} bytes in ${took.toFixed(0)} ms, ` +
        `${(memory / 1e6).toFixed(0)} MB; ${(1000 * perFind).toFixed(1)} µs a look`,
    );
    expect(index.size).toBe(1_000_000);
    expect(took).toBeLessThan(3000);
    expect(memory).toBeLessThan(100e6);
  });

  it('reads on a file without any line end in linear time', () => {
    const chunk = new Uint8Array(65_536).fill(48);
    const index = new BoringIndex();
    const began = performance.now();
    for (let i = 0; i < 1000; i++) index.append(chunk);
    expect(performance.now() - began).toBeLessThan(1500);
    index.append(encoder.encode('\nM3 0\n'));
    expect(index.find('M3')).toEqual({ period: 0, length: 2 });
  });
});

/** Lines none of which lies in another one, as daemons write them. */
function manyLines(count: number): { bytes: Uint8Array; some: [string, number][] } {
  const random = seededRandom(11);
  const some: [string, number][] = [];
  let text = '';
  for (let i = 0; i < count; i++) {
    const address = `M${(i + count).toString(4)}`.padEnd(14, '0');
    const period = random.below(3) === 0 ? random.below(1000) : 0;
    if (i % 1000 === 0) some.push([address, period]);
    text += `${address} ${period}\n`;
  }
  return { bytes: encoder.encode(text), some };
}
