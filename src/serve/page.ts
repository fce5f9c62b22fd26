import { createHash } from 'node:crypto';
import { compressed } from './compression.js';

/**
 * Who may show a page in a frame. Everybody may show the map and the dashboard: they have no secrets, and no buttons worth stealing a click,
 * since films are not offered there. Nobody may show a page that somebody has signed in to.
 */
export type Framing = 'anywhere' | 'nowhere';

/**
 * A page of the program's own as it is served: with an ETag, and with a policy that lets nothing run but the page's own scripts, known by their
 * hashes, and its workers. Styles may be set freely.
 */
export class Page {
  readonly html: string;
  /** The same in gzip. */
  readonly small: Uint8Array;
  readonly etag: string;
  readonly policy: string;

  /** @param html the whole file */
  constructor(html: string, framing: Framing = 'anywhere') {
    this.html = html;
    this.small = compressed(html);
    this.etag = `W/"${hashOf(html).slice(0, 27)}"`;
    const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, text]) => `'sha256-${hashOf(text)}'`,
    );
    this.policy = [
      "default-src 'none'",
      `script-src ${scripts.length > 0 ? scripts.join(' ') : "'none'"}`,
      'worker-src blob:',
      "style-src 'unsafe-inline'",
      "img-src 'self' blob: data:",
      "media-src 'self'",
      "connect-src 'self' blob: data:",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors ${framing === 'anywhere' ? '*' : "'none'"}`,
    ].join('; ');
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
