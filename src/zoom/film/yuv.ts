/**
 * RGB to Y'CbCr 4:2:0, as films have it: BT.709, limited range.
 *
 * Y' = 16 + 219 E, Cb = 128 + 224 (B - E) / 1.8556, Cr = 128 + 224 (R - E) / 1.5748 with E = 0.2126 R + 0.7152 G + 0.0722 B and
 * R, G, B from 0 to 1. A sample of Cb and Cr stands for two rows, and in each row for the even column and half of its
 * two neighbours, since that is where H.264 says that it lies by default.
 *
 * Sums and products of whole numbers only, so the same on every machine. Within 0.51 of the formula for Y', 0.52 for Cb and Cr.
 *
 * @see ITU-R BT.709-6, sections 3.2 to 3.5; ITU-T H.264, annex E, chroma_loc_info_present_flag
 */

const RED = 0.2126;
const GREEN = 0.7152;
const BLUE = 0.0722;
const LUMA = (219 / 255) * 2 ** 16;
const CHROMA_BLUE = (224 / 255 / 1.8556) * 2 ** 16;
const CHROMA_RED = (224 / 255 / 1.5748) * 2 ** 16;

const Y_R: number = Math.round(RED * LUMA);
const Y_G: number = Math.round(GREEN * LUMA);
const Y_B: number = Math.round(BLUE * LUMA);
const U_R: number = Math.round(-RED * CHROMA_BLUE);
const U_B: number = Math.round((1 - BLUE) * CHROMA_BLUE);
const V_G: number = Math.round(-GREEN * CHROMA_RED);
const V_R: number = Math.round((1 - RED) * CHROMA_RED);
// So that greys are exactly 128.
const U_G: number = -U_R - U_B;
const V_B: number = -V_R - V_G;

const Y_ZERO: number = (16 << 16) + (1 << 15);
/** For sums over pixels of the weight 8. */
const UV_ZERO: number = (128 << 19) + (1 << 18);

/**
 * Converts a frame. Does not check its arguments.
 *
 * @param rgb width * height * 3 bytes
 * @param width even
 * @param height even
 * @param yuv the result: width * height bytes of Y', then a quarter of that of Cb, then of Cr
 */
export function toYuv(rgb: Uint8Array, width: number, height: number, yuv: Uint8Array): void {
  const pixels = width * height;
  for (let i = 0, from = 0; i < pixels; i++, from += 3) {
    yuv[i] = (Y_R * rgb[from] + Y_G * rgb[from + 1] + Y_B * rgb[from + 2] + Y_ZERO) >> 16;
  }
  const stride = width * 3;
  let u = pixels;
  let v = pixels + pixels / 4;
  for (let row = 0; row < height; row += 2) {
    for (let column = 0; column < width; column += 2) {
      const middle = row * stride + column * 3;
      const left = column === 0 ? middle : middle - 3;
      const right = middle + 3;
      const red =
        rgb[left] +
        2 * rgb[middle] +
        rgb[right] +
        rgb[left + stride] +
        2 * rgb[middle + stride] +
        rgb[right + stride];
      const green =
        rgb[left + 1] +
        2 * rgb[middle + 1] +
        rgb[right + 1] +
        rgb[left + stride + 1] +
        2 * rgb[middle + stride + 1] +
        rgb[right + stride + 1];
      const blue =
        rgb[left + 2] +
        2 * rgb[middle + 2] +
        rgb[right + 2] +
        rgb[left + stride + 2] +
        2 * rgb[middle + stride + 2] +
        rgb[right + stride + 2];
      yuv[u++] = (U_R * red + U_G * green + U_B * blue + UV_ZERO) >> 19;
      yuv[v++] = (V_R * red + V_G * green + V_B * blue + UV_ZERO) >> 19;
    }
  }
}
