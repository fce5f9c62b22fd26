import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { listClients, seeClients } from '../../src/cache/liveness.js';
import { temporaryFolder } from './support/folder.js';

describe('clients', () => {
  it('are folders with the name of a client; what else stands in work/ is nobody and stays', async () => {
    const layout = new Layout(await temporaryFolder(), 'png');
    const elsewhere = await temporaryFolder();
    await mkdir(join(layout.workFolder, 'host42'), { recursive: true });
    await mkdir(join(layout.workFolder, 'not a client'));
    await mkdir(join(layout.workFolder, '.hidden'));
    await writeFile(join(layout.workFolder, 'notes.txt'), 'mine');
    await utimes(join(layout.workFolder, 'notes.txt'), 0, 0);
    await symlink(elsewhere, join(layout.workFolder, 'link'));
    expect(await listClients(layout)).toEqual(['host42']);
    expect((await seeClients(layout, Date.now())).map(({ name }) => name)).toEqual(['host42']);
    expect(await readdir(layout.workFolder)).toHaveLength(5);
  });

  it('are none where there is no work/', async () => {
    expect(await listClients(new Layout('/nonexistent', 'png'))).toEqual([]);
  });
});
