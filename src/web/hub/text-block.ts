import { build } from '../build.js';

/** A text of several lines as paragraphs, which an empty line ends. */
export function paragraphs(text: string): HTMLElement[] {
  return text.split(/\n\s*\n/).map((part) => {
    const lines = part.split('\n').map((line) => build('span', '', line));
    const paragraph = build(
      'p',
      'words',
      ...lines.flatMap((line, i) => (i === 0 ? [line] : [build('br', ''), line])),
    );
    paragraph.dir = 'auto';
    return paragraph;
  });
}
