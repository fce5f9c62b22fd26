import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../cache/support/folder.js';

const PROGRAM = fileURLToPath(new URL('support/program.js', import.meta.url));

/** The most memory of a process that makes a film, in MB. */
function memory(path: string, options: object, frames: number): number {
  const answer = execFileSync(
    process.execPath,
    [PROGRAM, path, JSON.stringify(options), String(frames), String(frames)],
    { encoding: 'utf8' },
  );
  return Number(/^memory (\d+) MB\n$/.exec(answer)?.[1]);
}

describe('memory', () => {
  it.each([{ format: 'mp4', ffmpeg: null }, { format: 'apng' }, { format: 'frames' }])(
    'does not grow with the length of the film: $format',
    async (choice) => {
      const folder = await temporaryFolder();
      const options = { ...choice, width: 256, height: 192 };
      // Beyond the first frames, which wait for the collector; 700 frames of noise are 98 MB, and more in PNG and base64.
      const [short, long] = [300, 1000].map((frames) => memory(join(folder, 'a'), options, frames));
      expect(long - short).toBeLessThan(50);
    },
  );
});
