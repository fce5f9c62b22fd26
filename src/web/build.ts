/** What has no look of its own but changes that of what stands beside it. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** An element with texts and others in it. Texts are never read as markup, whoever has written them. */
export function build(
  tag: string,
  className: string,
  ...children: readonly (string | globalThis.Node | null)[]
): HTMLElement {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  const shown = children.filter((child) => child !== null);
  element.append(
    ...shown.map((child) => (typeof child === 'string' ? child.replace(INVISIBLE, ' ') : child)),
  );
  return element;
}

/** A list of names and values. */
export function facts(...pairs: readonly (readonly [name: string, value: string] | null)[]): HTMLElement {
  const entries = pairs.filter((pair) => pair !== null);
  return build(
    'dl',
    '',
    ...entries.flatMap(([name, value]) => [build('dt', '', name), build('dd', '', value)]),
  );
}
