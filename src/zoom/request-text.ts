import JSON5 from 'json5';

/** No request is longer, in characters: a dozen stops with ten thousand digits each are shorter. */
const MAX_LENGTH = 1_000_000;

/** What a request's text consists of: texts, comments, names, and numbers, which are what this is about. */
const TOKENS =
  /"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\/\/[^\n]*|\/\*[^]*?\*\/|[$_\p{L}][$_\p{L}\p{N}]*|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/gu;

/**
 * Reads JSON5, as people write requests: names without quotes, comments, commas at the end. Numbers become texts with exactly the digits that were
 * written: a coordinate may have thousands.
 *
 * @throws SyntaxError for what is no JSON5, with line and column
 */
export function parseRequestText(text: string): unknown {
  if (text.length > MAX_LENGTH)
    throw new SyntaxError(`expected at most ${MAX_LENGTH} characters, got ${text.length}`);
  const quoted = text.replace(TOKENS, (token) => (/^[+-]?[.\d]/.test(token) ? `"${token}"` : token));
  try {
    return JSON5.parse(quoted);
  } catch (error) {
    throw new SyntaxError(
      `expected a request in JSON or JSON5: ${(error as Error).message.replace(/^JSON5: /, '')}`,
    );
  }
}
