import { readFileSync } from 'node:fs';

/**
 * The deflate encoder of src/tile/deflate/, compiled to WebAssembly: the same bytes on every machine. The platform's
 * zlib does not give that: builds of Node differ in it, and zlib itself chooses its hash by the processor.
 */

/** The part of WebAssembly's interface that is used; neither the language's own types nor Node's have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What src/tile/deflate/index.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  capacity(): number;
  input(): number;
  output(): number;
  deflate(length: number): number;
}

interface Encoder {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  deflate(length: number): number;
}

/** One a thread, made at the first use; its memory is used again by every call. */
let encoder: Encoder | null = null;

/**
 * Deflates without any header (RFC 1951); the same bytes always give the same result.
 *
 * @param bytes at most 512 KiB
 * @returns a new array
 * @throws RangeError when there are more bytes
 */
export function deflateRaw(bytes: Uint8Array): Uint8Array {
  encoder ??= loadEncoder();
  const { input, output } = encoder;
  if (bytes.length > input.length) {
    throw new RangeError(`expected at most ${input.length} bytes to deflate, got ${bytes.length}`);
  }
  input.set(bytes);
  return output.slice(0, encoder.deflate(bytes.length));
}

function loadEncoder(): Encoder {
  const module = new WebAssembly.Module(
    readFileSync(new URL('../../dist/tile/deflate.wasm', import.meta.url)),
  );
  const exports = new WebAssembly.Instance(module).exports as Exports;
  const { buffer } = exports.memory;
  return {
    input: new Uint8Array(buffer, exports.input(), exports.capacity()),
    output: new Uint8Array(buffer, exports.output()),
    deflate: (length) => exports.deflate(length),
  };
}
