/** sRGB bytes to OKLab by the platform's functions: independent of the code under test. */
export function labOfSrgb(red: number, green: number, blue: number): [number, number, number] {
  const [r, g, b] = [red, green, blue].map((byte) => {
    const v = byte / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The colour of a palette index, in OKLab. */
export function labOfIndex(palette: Uint8Array, index: number): [number, number, number] {
  return labOfSrgb(palette[3 * index], palette[3 * index + 1], palette[3 * index + 2]);
}

/** How different two colours look; about 0.02 is what one just sees between large areas. */
export function labDistance(one: readonly number[], other: readonly number[]): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}
