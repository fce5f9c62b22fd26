import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.js';
import { essence } from '../support/essence.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { daemon, entries, run, type Mandeld } from './support/mandeld.js';

const caches = useCaches();

describe('tiles that were asked for', () => {
  it('are made before those that wait, whether or not anything leads to them, and go on from there', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await render(root, 2);
    await render(straight, 6);
    const level6 = (await readdir(join(straight, 'todo'))).toSorted().map((name) => name.slice(0, -4));
    const lines = (await readFile(join(straight, 'boring.txt'), 'utf8')).split('\n');
    const boring = lines.map((line) => line.split(' ')[0]).find((address) => address.length === 6) ?? '';
    const [deep, parent] = [level6[10], level6[60].slice(0, -1)];
    const wishes = ['M012', deep, parent, boring]; // the parent of the first one waits
    expect((await run('want', root, ...wishes)).code).toBe(0);
    const few = daemon(root, 'a', '--max-tiles', '4', '--max-level', '6', '--workers', '1');
    expect((await few.ended).code).toBe(0);
    expect(await readdir(join(root, 'want'))).toEqual(['M012']); // there by now; struck off at the next look
    expect((await readdir(join(root, 'ahead'))).toSorted()).toEqual([deep, parent, boring].toSorted());
    expect((await stat(join(root, 'tile', `${deep}.png`))).size).toBeGreaterThan(1000);
    await expectTidy(root);
    await render(root, 6);
    expect(await essence(root)).toEqual(await essence(straight));
    for (const folder of ['want', 'ahead']) expect(await readdir(join(root, folder))).toEqual([]);
    await expectTidy(root);
  });

  it('are made at any depth, before other work', async () => {
    const root = await caches.fresh();
    await render(root, 2);
    const view = ['--re', '-1.543689012692076361570855971801747986525', '--im', '0', '--radius', '1e-37'];
    const wishes = JSON.parse((await run('want', root, ...view, '--json')).out) as { address: string }[];
    const tiles = ['--max-tiles', `${wishes.length}`];
    expect((await daemon(root, 'a', ...tiles, '--workers', '2').ended).code).toBe(0);
    // The real axis runs through all of them.
    for (const { address } of wishes) {
      expect(address.length).toBeGreaterThan(121); // folded
      const file = join(root, 'tile', address.slice(0, 121), `${address.slice(121)}.png`);
      expect((await stat(file)).size).toBeGreaterThan(500);
    }
    expect(await readdir(join(root, 'todo'))).toContain(wishes[0].address.slice(0, 121));
    await expectTidy(root);
  });

  it('end in bad/ when they are no tiles', async () => {
    const root = await caches.fresh();
    for (const name of ['x', 'M4', 'M0.raw']) await writeFile(join(root, 'want', name), 'junk');
    await render(root, 1);
    expect((await readdir(join(root, 'bad'))).toSorted()).toEqual(['M0.raw', 'M4', 'x']);
    await expectTidy(root);
  });

  it('cost nothing but time when daemons are killed, and change no byte', async () => {
    const random = seededRandom(3);
    const root = await caches.fresh();
    const straight = await caches.fresh();
    const clients = ['a', 'b'];
    const launch = (client: string): Mandeld => daemon(root, client, '--max-level', '6', '--until-idle');
    const daemons = clients.map(launch);
    const name = (level: number): string =>
      `M01${Array.from({ length: level - 2 }, () => random.below(4)).join('')}`;
    for (let i = 0; i < 6; i++) {
      await run('want', root, ...Array.from({ length: 8 }, (_, k) => name(3 + ((i + k) % 4))));
      await delay(random.between(50, 500));
      const victim = random.below(2);
      await daemons[victim].kill('SIGKILL');
      daemons[victim] = launch(clients[victim]);
    }
    const ends = await Promise.all(daemons.map(async ({ ended }) => await ended));
    expect(
      ends.map(({ code }) => code),
      ends.map(({ err }) => err).join('\n'),
    ).toEqual([0, 0]);
    expect(ends.flatMap(({ err }) => entries(err)).filter(({ level }) => level >= 50)).toEqual([]);
    await render(straight, 6);
    const [mine, theirs] = [await essence(root), await essence(straight)];
    expect(mine.files).toEqual(theirs.files);
    // Tiles that were asked for before they were known to lie in a boring one have lines of their own.
    const lines = new Set(theirs.boring);
    const more = mine.boring.filter((line) => !lines.has(line));
    const boring = theirs.boring.map((line) => line.split(' ')[0]).filter((address) => address !== '');
    for (const line of more)
      expect(
        boring.some((address) => line.startsWith(address)),
        line,
      ).toBe(true);
    expect(mine.boring.length - more.length).toBe(theirs.boring.length);
    expect(await readdir(join(root, 'want'))).toEqual([]);
    await expectTidy(root);
  });
});
