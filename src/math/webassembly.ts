/** The part of WebAssembly's interface that is used; the language's own types do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/**
 * Loads a module that imports nothing.
 *
 * @returns its exports
 * @throws an error of WebAssembly's when this engine cannot run it
 */
export function instantiate(bytes: Uint8Array): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
