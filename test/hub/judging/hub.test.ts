import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { levelOf, type Address } from '../../../src/tile/address.js';
import type { Lease } from '../../../src/wire/messages.js';
import { daemon } from '../../e2e/support/mandeld.js';
import { flawsOfBooks, flawsOfCache } from '../support/flaws.js';
import { noise, subtlyWrong } from '../support/forgeries.js';
import { readBooks, type Books, type HubProcess } from '../support/hub-process.js';
import { honestly, useStage, type Answering } from '../support/stage.js';

const stage = useStage();
/** So long a row that nobody is watched by chance. */
const KNOWN = 1_000_000_000;
/** Bytes of an upload with many samples. */
const LARGE = 100_000;
const subtly: Answering = (right, address) => subtlyWrong(right, address) ?? right;

/** Ends the hub when all is decided; everything must be right. */
async function settle(hub: HubProcess): Promise<Books> {
  let books: Books;
  for (let tries = 0; ; tries++) {
    await delay(1500);
    const { code, err } = await hub.stop();
    expect(code, err).toBe(0);
    books = await hub.inDatabase(readBooks);
    if (tries === 8 || !books.results.some(({ state, suspect }) => state === 'pending' || suspect)) break;
    await hub.start();
  }
  expect(await flawsOfBooks(books, stage.truth)).toEqual([]);
  expect(await flawsOfCache(hub.root, stage.truth)).toEqual([]);
  return books;
}

function ofName(books: Books, name: string): Books['results'] {
  return books.results.filter((result) => result.name === name);
}

/** How somebody stands. */
async function standingOf(hub: HubProcess, name: string): Promise<unknown> {
  const response = await fetch(`${hub.url}/api/v1/me`, {
    headers: { authorization: `Bearer token-${name}` },
  });
  return await response.json();
}

describe('a hub and its volunteers', () => {
  it('a lonely one is enough: what he sends is computed by the hub, until he is trusted', async () => {
    const hub = await stage.hub();
    await hub.enrol({ lonely: 0 });
    await hub.start();
    await stage.finish(hub, new Map([[stage.client(hub, 'lonely', '10.0.0.1'), honestly]]));
    const { results } = await settle(hub);
    expect(results.every(({ proof }) => proof === 'recomputed' || proof === 'alone')).toBe(true);
  });

  it('local daemons work on the same cache at the same time', async () => {
    const hub = await stage.hub();
    await hub.enrol({ a: KNOWN, b: 0 });
    await hub.start();
    const local = daemon(hub.root, 'local', '--max-level', `${stage.truth.level}`);
    const [a, b] = [stage.client(hub, 'a', '10.0.0.1'), stage.client(hub, 'b', '10.0.0.2')];
    await stage.finish(
      hub,
      new Map([
        [a, honestly],
        [b, honestly],
      ]),
    );
    await local.kill('SIGTERM');
    await settle(hub);
  });

  it('another opinion comes from another network and another account; two that nobody knows are computed again', async () => {
    const hub = await stage.hub({ patience: 600 });
    await hub.enrol({ a: 0, 'same-network': 0, b: 0 });
    await hub.start();
    const a = stage.client(hub, 'a', '10.0.0.1');
    const [lease, ...others] = await stage.leases(a, 64);
    await stage.send(a, lease, honestly);
    // All that is left for others is that tile.
    await delay(1500);
    expect(await stage.client(hub, 'same-network', '10.0.0.1').checkout(64)).toEqual([]);
    expect(await a.checkout(64)).toEqual([]);
    const b = stage.client(hub, 'b', '10.0.0.2');
    const [second] = await stage.leases(b, 1);
    expect(second.address).toBe(lease.address);
    await stage.send(b, second, honestly);
    for (const one of others) await stage.send(a, one, honestly);
    await stage.finish(
      hub,
      new Map([
        [b, honestly],
        [a, honestly],
      ]),
    );
    const books = await settle(hub);
    const pair = books.results.filter(({ address }) => address === lease.address).slice(0, 2);
    expect(pair.map(({ name, proof }) => [name, proof])).toEqual([
      ['a', 'recomputed'],
      ['b', 'recomputed'],
    ]);
  });

  it('somebody who is trusted and caught later: all is looked into, and nothing false is left', async () => {
    const hub = await stage.hub({ patience: 600 });
    await hub.enrol({ turncoat: KNOWN, friend: 0, honest: KNOWN });
    await hub.start();
    const turncoat = stage.client(hub, 'turncoat', '10.0.0.1');
    const friend = stage.client(hub, 'friend', '10.0.0.2');
    const honest = stage.client(hub, 'honest', '10.0.0.3');
    // In a large one there is much to hide in.
    const LIES = ['M010', 'M011', 'M100'];
    const lying: Answering = (right, address) => (LIES.includes(address) ? subtly(right, address) : right);
    // A friend who is not trusted begins; the other one confirms it.
    for (const lease of await stage.leases(friend, 2)) await stage.send(friend, lease, lying);
    const leases: Lease[] = [];
    while (!LIES.every((lie) => leases.some(({ address }) => address === lie)))
      leases.push(...(await stage.leases(turncoat, 6)));
    for (const lease of leases) await stage.send(turncoat, lease, lying);
    const stand = async (): Promise<unknown> => await standingOf(hub, 'turncoat');
    await expect.poll(stand, { timeout: 60_000 }).toMatchObject({ pending: 0, valid: leases.length });
    for (const lease of await stage.leases(turncoat, 1))
      await stage.send(turncoat, lease, (right) => noise(right, 1));
    await expect.poll(stand, { timeout: 60_000 }).toMatchObject({ false: LIES.length + 1 });
    await stage.finish(hub, new Map([[honest, honestly]]));
    const books = await settle(hub);
    const falseOnes = books.results.filter(
      ({ name, address }) => name !== 'honest' && LIES.includes(address),
    );
    // The friend's as well; paid for, and taken back.
    expect(falseOnes.length).toBe(LIES.length + 1);
    for (const one of falseOnes) expect(one).toMatchObject({ state: 'false', beans: 0, lines: 2 });
    expect(ofName(books, 'honest').every(({ state }) => state === 'valid')).toBe(true);
    expect(books.streaks.get('turncoat')).toBe(0);
  });

  it('somebody who is trusted and never watched is found out when the hub has the time', async () => {
    const hub = await stage.hub();
    await hub.enrol({ turncoat: KNOWN });
    await hub.start();
    // Of one of the last ones nothing is made, in which it would be seen; and in a large one there is much to hide in.
    let lie: Address | null = null;
    const turncoat: Answering = (right, address) => {
      if (levelOf(address) < stage.truth.level - 1 || right.length < LARGE) return right;
      lie ??= address;
      return lie === address ? subtly(right, address) : right;
    };
    await stage.finish(hub, new Map([[stage.client(hub, 'turncoat', '10.0.0.1'), turncoat]]));
    await hub.stop();
    await hub.start({ MANDELD_AUDITS: '100' });
    await hub.program.logs('false tiles were merged', 60_000);
    const { results } = await settle(hub);
    // It was paid for, and taken back.
    expect(results.find(({ address }) => address === lie)).toMatchObject({
      state: 'false',
      beans: 0,
      lines: 2,
    });
  });

  it('whoever is set aside by false results is computed at last', async () => {
    const hub = await stage.hub({ patience: 600 });
    await hub.enrol({ a: 0, b: 0, c: 0, honest: KNOWN });
    await hub.start();
    const tried: string[] = [];
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      const client = stage.client(hub, name, `10.0.1.${i}`);
      const [lease] = await stage.leases(client, 1);
      tried.push(lease.address);
      await stage.send(client, lease, (right) => noise(right, i));
      await delay(800);
    }
    expect(new Set(tried).size).toBe(1);
    await stage.finish(hub, new Map([[stage.client(hub, 'honest', '10.0.0.9'), honestly]]));
    await settle(hub);
  });

  it('ends with results that are not judged, and pays for them later', async () => {
    const hub = await stage.hub();
    await hub.enrol({ a: KNOWN });
    await hub.start();
    const a = stage.client(hub, 'a', '10.0.0.1');
    for (const lease of await stage.leases(a, 8)) await stage.send(a, lease, honestly);
    expect(await hub.stop()).toMatchObject({ code: 0 });
    await hub.start();
    await stage.finish(hub, new Map([[a, honestly]]));
    await settle(hub);
  });

  it('is taken for dead, gives up what it held, and goes on', async () => {
    const hub = await stage.hub();
    await hub.enrol({ a: KNOWN });
    await hub.start();
    const a = stage.client(hub, 'a', '10.0.0.1');
    const leases = await stage.leases(a, 8);
    hub.program.process.kill('SIGSTOP');
    // The local one takes its place for lack of a heartbeat; it runs on another machine as far as it knows.
    const local = daemon(hub.root, 'local', '--max-level', '3');
    await local.logs('recovered a dead client', 30_000);
    hub.program.process.kill('SIGCONT');
    await hub.program.logs('taken for dead', 30_000);
    for (const lease of leases) await stage.send(a, lease, honestly).catch(() => undefined);
    await stage.finish(hub, new Map([[a, honestly]]));
    await local.kill('SIGTERM');
    await settle(hub);
  });
});

/** Program text that makes a hub fail at a place, for its first time; as the hub's process loads it before its own. */
const FAULTS = {
  'killed before the merge': `
    const { RemoteCrew } = await import(dist('hub/remote-crew.js'));
    RemoteCrew.prototype.finishTile = () => die();`,
  'killed between merge and payment': `
    const { RemoteCrew } = await import(dist('hub/remote-crew.js'));
    const { merged } = RemoteCrew.prototype;
    RemoteCrew.prototype.merged = function (results) { if (results.length > 0) die(); merged.call(this, results); };`,
  'killed after the payment': `
    const { Docket } = await import(dist('hub/docket.js'));
    const { accept } = Docket.prototype;
    Docket.prototype.accept = async function (all) { await accept.call(this, all); if (all.length > 0) die(); };`,
  'unable to pay at first': `
    const { Docket } = await import(dist('hub/docket.js'));
    const { accept } = Docket.prototype;
    let failures = 0;
    Docket.prototype.accept = async function (all) {
      if (all.length > 0 && failures++ < 3) throw new Error('the database is away');
      return await accept.call(this, all);
    };`,
} as const;

/** Has a hub fail at a place. */
async function failing(hub: HubProcess, name: keyof typeof FAULTS): Promise<NodeJS.ProcessEnv> {
  const program = join(hub.root, '..', `fault-${name.replaceAll(' ', '-')}.mjs`);
  const dist = new URL('../../../dist/', import.meta.url).href;
  await writeFile(
    program,
    `const dist = (path) => '${dist}' + path;\nconst die = () => process.kill(process.pid, 'SIGKILL');\n${FAULTS[name]}\n`,
  );
  return { NODE_OPTIONS: `--import ${program}` };
}

describe('a hub that is', () => {
  it('killed after it has merged what is false, and before it has paid, makes it right', async () => {
    const hub = await stage.hub();
    await hub.enrol({ turncoat: KNOWN, honest: KNOWN });
    await hub.start(await failing(hub, 'killed between merge and payment'));
    const turncoat = stage.client(hub, 'turncoat', '10.0.0.1');
    const leases = await stage.leases(turncoat, 6);
    const lie = leases.find(({ address }) => address === 'M011')!;
    await stage.send(turncoat, lie, subtly);
    expect(await hub.program.ended).toMatchObject({ signal: 'SIGKILL' });
    await hub.start();
    await hub.program.logs('false tiles were merged', 60_000);
    for (const lease of leases) if (lease !== lie) await stage.send(turncoat, lease, honestly);
    await stage.finish(hub, new Map([[stage.client(hub, 'honest', '10.0.0.3'), honestly]]));
    const books = await settle(hub);
    expect(ofName(books, 'turncoat').find(({ address }) => address === lie.address)).toMatchObject({
      state: 'false',
      beans: 0,
    });
  });

  it.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])('%s loses nothing and pays once', async (name) => {
    const hub = await stage.hub();
    await hub.enrol({ a: KNOWN });
    await hub.start(await failing(hub, name));
    const a = stage.client(hub, 'a', '10.0.0.1');
    for (const lease of await stage.leases(a, 8)) await stage.send(a, lease, honestly).catch(() => undefined);
    if (name.startsWith('killed')) {
      expect(await hub.program.ended).toMatchObject({ signal: 'SIGKILL' });
      await hub.start();
    }
    await stage.finish(hub, new Map([[a, honestly]]));
    const { results } = await settle(hub);
    expect(
      new Set(results.filter(({ lines }) => lines > 0).map(({ address }) => address)).size,
    ).toBeGreaterThan(7);
  });
});
