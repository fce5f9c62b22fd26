/** The part of gifenc 1.0.3 that is used; it has no types of its own. */
declare module 'gifenc' {
  type Palette = number[][];
  interface Stream {
    writeHeader(): void;
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { palette: Palette; first: boolean; delay: number },
    ): void;
    finish(): void;
    bytesView(): Uint8Array;
  }
  const gifenc: {
    GIFEncoder(options: { auto: boolean }): Stream;
    quantize(rgba: Uint8Array, colours: number, options: { format: 'rgb565' | 'rgb444' }): Palette;
    applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
  };
  export default gifenc;
}
