import { execFileSync, spawnSync } from 'node:child_process';

/** Whether ffmpeg and ffprobe are there to read films back. */
export const hasFfmpeg: boolean = spawnSync('ffprobe', ['-version']).status === 0;
if (!hasFfmpeg) {
  process.stderr.write(
    '\n!!! FFMPEG IS NOT INSTALLED: the tests that read films back with it are skipped (apt install ffmpeg). !!!\n\n',
  );
}

/** What ffprobe says of the only stream of a film, having decoded it. */
export function probe(path: string): Record<string, string> {
  const answer = execFileSync(
    'ffprobe',
    ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', path],
    { encoding: 'utf8' },
  );
  const { streams } = JSON.parse(answer) as { streams: Record<string, string>[] };
  if (streams.length !== 1) throw new Error(`expected one stream, got ${streams.length}`);
  return streams[0];
}

/** The frames of a film in RGB; the colours are those that its streams state. */
export function decode(path: string, frameLength: number): Uint8Array[] {
  const flags = 'accurate_rnd+full_chroma_int+full_chroma_inp';
  const raw = execFileSync(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      path,
      '-fps_mode',
      'passthrough',
      '-vf',
      `scale=flags=${flags},format=rgb24`,
      '-f',
      'rawvideo',
      '-',
    ],
    { maxBuffer: 2 ** 30 },
  );
  return Array.from({ length: raw.length / frameLength }, (_, i) =>
    raw.subarray(i * frameLength, (i + 1) * frameLength),
  );
}

/** When each frame is shown, in seconds. */
export function times(path: string): number[] {
  const answer = execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=pts_time,duration_time', '-of', 'json', path],
    { encoding: 'utf8' },
  );
  const { packets } = JSON.parse(answer) as { packets: { pts_time: string }[] };
  return packets.map(({ pts_time }) => Number(pts_time)).toSorted((a, b) => a - b);
}
