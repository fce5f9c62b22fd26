import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { adviseOnMount } from '../../src/daemon/mount-advice.js';
import { temporaryFolder } from '../cache/support/folder.js';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly mount: string;
}

/** What is logged of a cache on a mount of a type with options. */
async function advice(type: string, options: string): Promise<Line[]> {
  const root = await temporaryFolder();
  const path = join(root, 'mountinfo');
  await writeFile(path, `42 1 0:42 / ${await realpath(root)} rw shared:1 - ${type} filer:/x ${options}\n`);
  const lines: Line[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  await adviseOnMount(root, logger, path);
  return lines;
}

describe('at the start, a daemon', () => {
  it('names the options that an NFS mount should have', async () => {
    const [line, ...more] = await advice('nfs4', 'rw,vers=4.2,hard');
    expect(more).toEqual([]);
    expect(line).toMatchObject({ level: 40, options: 'rw,vers=4.2,hard' });
    expect(line.msg).toContain('vers=4.2,hard,lookupcache=none,actimeo=1');
  });

  it('warns more strongly of a soft one', async () => {
    const lines = await advice('nfs', 'rw,vers=3,soft');
    expect(lines.map(({ level }) => level)).toEqual([40, 40]);
    expect(lines[0].msg).toContain('soft: ');
  });

  it('has nothing to say of others, or where mounts cannot be read', async () => {
    expect(await advice('nfs4', 'rw,hard,lookupcache=none')).toEqual([]);
    expect(await advice('ext4', 'rw')).toEqual([]);
    await adviseOnMount('/', pino({ level: 'silent' }), '/nonexistent');
  });
});
