import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import type { Packages } from './packages.js';

/** Of the image; a cache of level 7 takes 22 MB. */
const BYTES = 96 * 2 ** 20;

/** Makes an ext4 image that holds what a folder holds. */
export async function makeDisk(packages: Packages, disk: string, folder: string): Promise<void> {
  const file = await open(disk, 'w');
  await file.truncate(BYTES);
  await file.close();
  await packages.run('mkfs.ext4', ['-q', '-d', folder, disk]);
}

/** Copies an image. */
export async function copyDisk(disk: string, copy: string): Promise<void> {
  await copyFile(disk, copy, constants.COPYFILE_FICLONE);
}

/**
 * Reads a folder as a machine finds it that boots from the disk: replays the journal first, which changes the image.
 *
 * @param path in the image
 * @param folder to copy it into
 */
export async function readDisk(
  packages: Packages,
  disk: string,
  path: string,
  folder: string,
): Promise<void> {
  await packages.run('e2fsck', ['-f', '-y', disk], 1); // 1: what was put right, as it is at boot
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await packages.run('debugfs', ['-R', `rdump ${path} ${folder}`, disk]);
}
