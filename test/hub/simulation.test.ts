import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killAll } from '../e2e/support/mandeld.js';
import { simulate } from './support/simulate.js';
import { Truth } from './support/truth.js';

it('forty volunteers, of whom eight die and four cheat, and a hub that is killed twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mandeld-hub-'));
  try {
    const truth = await Truth.open(join(folder, 'truth'), 6);
    const size = {
      volunteers: 40,
      kills: 2,
      hubs: 1,
      server: null,
      seed: 3,
      lease: 6,
      patience: 2,
      say: () => undefined,
    };
    const { flaws } = await simulate(truth, folder, size);
    expect(flaws).toEqual([]);
  } finally {
    killAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}, 300_000);
