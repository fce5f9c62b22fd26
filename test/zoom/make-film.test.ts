import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Layout } from '../../src/cache/layout.js';
import { makeFilm, placeOfFilm } from '../../src/zoom/make-film.js';
import { checkRequest } from '../../src/zoom/request.js';
import { temporaryFolder } from '../cache/support/folder.js';

const REQUEST = checkRequest({ START: ['0', '0'], ZOOM: 2, NUM_FRAMES: 2, FPS: 2, FORMAT: 'frames' });

/** Tries to make a film of which no tile can come. */
async function make(layout: Layout): Promise<unknown> {
  return await makeFilm({
    layout,
    request: REQUEST,
    out: null,
    workers: 1,
    ffmpeg: null,
    signal: AbortSignal.timeout(200),
    onProgress: () => undefined,
  });
}

it('follows no link in the place of movie/ or of the frames', async () => {
  const folder = await temporaryFolder();
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'letter.txt'), 'dear');
  const layout = new Layout(join(folder, 'cache'), 'png');
  await mkdir(layout.root);

  await symlink(elsewhere, layout.movieFolder);
  await expect(make(layout)).rejects.toMatchObject({ code: 'EFOLDER', path: layout.movieFolder });
  await rm(layout.movieFolder);

  await mkdir(layout.movieFolder);
  await symlink(elsewhere, layout.frameFolder);
  await expect(make(layout)).rejects.toMatchObject({ code: 'EFOLDER', path: layout.frameFolder });
  await rm(layout.frameFolder);
  expect(await readdir(elsewhere)).toEqual(['letter.txt']);
});

it('takes no link for a film that was made before', async () => {
  const layout = new Layout(await temporaryFolder(), 'png');
  await mkdir(layout.movieFolder);
  const { path } = placeOfFilm(layout, REQUEST, null);
  await symlink('/etc/hostname', path);
  await expect(make(layout)).rejects.toThrow(/timeout|aborted/);
  await rm(path);
  await writeFile(path, 'a film');
  expect(await make(layout)).toMatchObject({ isReused: true, stored: path });
});
