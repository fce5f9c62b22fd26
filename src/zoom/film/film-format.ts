/** `png` is a folder with 000000.png and so on, `frames` a file with a line of JSON for each frame: `{"frame":0,"png":"<base64>"}`. */
export const FILM_FORMATS = ['mp4', 'webm', 'gif', 'apng', 'png', 'frames'] as const;

/** A format of a film. */
export type FilmFormat = (typeof FILM_FORMATS)[number];

/** The encoders of ffmpeg that make a format, the best first. Only webm cannot do without. */
export const CODECS = {
  mp4: ['libx264'],
  webm: ['libvpx-vp9', 'libvpx'],
} as const;

/** The encoders of ffmpeg for a format; null for one that ffmpeg is not asked for. */
export function codecsOf(format: FilmFormat): readonly string[] | null {
  return format === 'mp4' || format === 'webm' ? CODECS[format] : null;
}
