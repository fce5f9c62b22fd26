import { buildArchive } from '../../support/archive.js';

/** A .npz of two arrays of another shape than a tile's: 2 x 2. */
export function wrongShape(): Uint8Array {
  const array = (type: string, bytes: number): Uint8Array => {
    const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (2, 2), }`.padEnd(117) + '\n';
    return Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(header),
      Buffer.alloc(4 * bytes),
    ]);
  };
  const entries = [
    { name: 'period.npy', content: array('<i4', 4) },
    { name: 'log2_distance.npy', content: array('<i2', 2) },
  ];
  return buildArchive({ entries });
}

/** An archive that is small and becomes 200 MB, while it claims to be a tile. */
export function zipBomb(): Uint8Array {
  const content = new Uint8Array(200e6);
  const entries = ['period.npy', 'log2_distance.npy'].map((name, i) => ({
    name,
    content: i === 0 ? content : new Uint8Array(132_226),
    unpacked: i === 0 ? 264_324 : 132_226,
  }));
  return buildArchive({ entries });
}
