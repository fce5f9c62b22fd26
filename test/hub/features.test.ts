import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/hub/db/database.js';
import type { FeatureJob, FeatureAnswer } from '../../src/hub/features/feature-job.js';
import perform from '../../src/hub/features/feature-worker.js';
import type { Feature } from '../../src/hub/features/feature.js';
import { Features } from '../../src/hub/features/features.js';
import { FeatureLister } from '../../src/hub/features/lister.js';
import type { WorkerPool } from '../../src/daemon/pool.js';
import { componentCount } from '../../src/math/features/components.js';
import { formatRounded } from '../../src/math/decimal.js';
import { pino } from 'pino';
import { useEmbedded } from './support/database.js';

const silentLogger = pino({ level: 'silent' });
/** All components up to here are listed. */
const PERIODS = 7;

let db: Database;
let features: Features;

/** The worker's program, in this thread; fails when it is told to. */
class FakePool {
  jobs: FeatureJob[] = [];
  failures = 0;
  async run(job: FeatureJob): Promise<FeatureAnswer> {
    this.jobs.push(job);
    if (this.failures-- > 0) throw new Error('the thread is gone');
    return await Promise.resolve(perform(job));
  }
}

const poolOf = (fake: FakePool): WorkerPool<FeatureJob, FeatureAnswer> =>
  fake as unknown as WorkerPool<FeatureJob, FeatureAnswer>;

async function at(re: string, im: string): Promise<string | null> {
  const answer = perform({ kind: 'at', re, im });
  if (answer.kind !== 'at' || answer.feature === null) return null;
  return (await features.add(answer.feature)).address;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it has not come to pass');
}

const fresh = useEmbedded();
beforeAll(async () => {
  ({ db } = await fresh());
  features = new Features(db);
});

describe('the list of components', () => {
  it('is complete to a period, also when somebody has pointed at some before and it was cut off', async () => {
    expect(await at('-0.12', '0.74')).toBe('1_1/3->3');
    const fake = new FakePool();
    const first = new FeatureLister(features, poolOf(fake), PERIODS, silentLogger);
    first.start();
    await until(async () => (await features.nextOf(4)) === null);
    await first.close();
    const second = new FeatureLister(features, poolOf(fake), PERIODS, silentLogger);
    second.start();
    await until(async () => (await features.nextOf(PERIODS)) === null);
    await second.close();
    for (let period = 1; period <= PERIODS; period++) {
      const found = await db.selectFrom('feature').select('address').where('period', '=', period).execute();
      expect(new Set(found.map(({ address }) => address)).size).toBe(componentCount(period));
    }
    const jobs = fake.jobs.length;
    const third = new FeatureLister(features, poolOf(fake), PERIODS, silentLogger);
    third.start();
    await third.close();
    expect(fake.jobs.length).toBe(jobs);
  }, 60_000);

  it('is not taken for complete when one is missing', async () => {
    await expect(features.addList(9, [], null)).rejects.toThrow(`expected ${componentCount(9)} components`);
    expect(await features.nextOf(9)).toBe(0);
  });
});

describe('a search', () => {
  const addresses = async (query: Parameters<Features['search']>[0]): Promise<(string | null)[]> =>
    (await features.search(query)).features.map(({ address }) => address);

  it.each([
    [{ angle: '3/7' }, ['1_1/2->2_1/2->3']],
    [{ angle: '.(100)' }, ['1_1/2->2_1/2->3']],
    [{ angle: '6/14' }, ['1_1/2->2_1/2->3']],
    [{ address: '1_1/3->3_1/2->4' }, ['1_1/3->3_1/2->4']],
    [{ name: 'RABB' }, ['1_1/3->3', '1_2/3->3']],
    [{ name: 'rabbit', angle: '1/7' }, ['1_1/3->3']],
    [{ name: '%' }, []],
    [{ name: "'; drop table feature; --" }, []],
    [{ period: 2 }, ['1_1/2->2']],
    [{ period: 99 }, []],
    [{ parent: '1_1/2->2', period: 3 }, ['1_1/2->2_1/2->3']],
  ])('for %j', async (query, expected) => {
    const found = await addresses(query);
    expect(found.length).toBe(expected.length);
    expect(new Set(found)).toEqual(new Set(expected));
  });

  it.each([{ angle: '3/8' }, { angle: 'x' }, { address: '' }])('for %j says what is wrong', async (query) => {
    await expect(features.search(query)).rejects.toThrow(RangeError);
  });

  it('of a view gives what lies in it, the largest first', async () => {
    const found = await features.within({ re: '-0.1', im: '0.75', radius: '0.15' });
    expect(found[0].address).toBe('1_1/3->3');
    expect(found.length).toBeGreaterThan(3);
    for (const { re_near, im_near } of found) {
      expect(Math.abs(im_near - 0.75)).toBeLessThanOrEqual(0.15);
      expect(Math.abs(re_near + 0.1)).toBeLessThanOrEqual(0.3);
    }
    const sizes = found.map(({ log2_size }) => log2_size);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });
});

describe('beside each other, deeper than doubles', () => {
  const near = (digits: string): Feature => {
    const answer = perform({ kind: 'at', re: '-0.12', im: '0.74' });
    if (answer.kind !== 'at' || answer.feature === null) throw new Error('expected the rabbit');
    const nameless = { address: null, lower_angle: null, upper_angle: null, parent: null, word: null };
    const re = `-1.5000000000000000000000000000000${digits}`;
    return { ...answer.feature, ...nameless, period: 999, re, im: '0', re_near: -1.5, im_near: 0 };
  };

  it('are told from each other by all their digits', async () => {
    await features.add(near('1'));
    await features.add(near('2'));
    const found = async (re: string, radius: string): Promise<string[]> =>
      (await features.within({ re, im: '0', radius })).map((one) => one.re.slice(-1)).toSorted();
    expect(await found('-1.5', '1e-20')).toEqual(['1', '2']);
    expect(await found(near('1').re, '1e-34')).toEqual(['1']);
    expect(await found(near('2').re, '1e-150')).toEqual(['2']);
    expect(await found(near('3').re, '1e-34')).toEqual([]);
    // The view is twice as wide as high.
    expect(await found(near('3').re, '0.5e-32')).toEqual(['2']);
    await db.deleteFrom('feature').where('period', '=', 999).execute();
  });

  it('more than 200 of a kind come page by page, each once', async () => {
    for (let i = 0; i < 450; i++) await features.add(near(`${1000 + i}`));
    const seen: string[] = [];
    for (let more = true; more;) {
      const page = await features.search({ period: 999 }, seen.length);
      expect(page.features).toHaveLength(Math.min(200, 450 - seen.length));
      seen.push(...page.features.map(({ re }) => re));
      ({ more } = page);
    }
    expect(new Set(seen).size).toBe(450);
    expect(await features.search({ period: 999 }, 450)).toEqual({ features: [], more: false });
    await db.deleteFrom('feature').where('period', '=', 999).execute();
  });
});

describe('a point', () => {
  it.each([
    ['-0.12', '0.74', '1_1/3->3'],
    ['0.2', '0.1', '1'],
    ['-1.1', '0.1', '1_1/2->2'],
    ['-1.7548', '0.0001', '1_1/2->2_1/2->3'],
    ['-0.12', '-0.74', '1_2/3->3'],
    ['0.5', '0.5', null],
    ['-2.5', '0.1', null],
  ])('%s %s lies in %s', async (re, im, address) => {
    expect(await at(re, im)).toBe(address);
  });

  it('deep inside is found beyond doubles, without the names that would take too long', () => {
    const re = '-1.7598171308048479165828760533255';
    const im = '-0.0125933107997496573193886668543';
    const answer = perform({ kind: 'at', re, im });
    expect(answer).toMatchObject({ feature: { period: 252, address: null, word: null } });
    if (answer.kind === 'at')
      expect(answer.feature?.re.startsWith('-1.75981713080484791658287605332')).toBe(true);
  });
});

describe('a place', () => {
  it('has the digits that are known, and no others', async () => {
    const [airplane] = (await features.search({ name: 'airplane' })).features;
    // The real root of c^3 + 2 c^2 + c + 1.
    expect(
      '-1.7548776662466927600495088963585286918946066177727931439892839706'.startsWith(
        airplane.re.slice(0, -1),
      ),
    ).toBe(true);
    expect(airplane.re.length).toBeGreaterThan(20);
  });

  it.each([
    [0n, 0, '0'],
    [3n, 0, '3'],
    [-1n, 10, '-0.001'],
    [-1n, 11, '-0'.slice(1)],
    [1n << 9n, 10, '0.5'],
    [-3n << 9n, 10, '-1.5'],
    [1023n, 10, '0.999'],
    [(1n << 40n) - 1n, 40, '0.999999999999'],
  ])('%s / 2^%s is written as %s', (numerator, bits, text) => {
    expect(formatRounded(numerator, bits)).toBe(text);
  });
});
