import { describe, expect, it } from 'vitest';
import { positionOf } from '../../src/tile/address.js';
import { cellAt } from '../../src/tile/mirror.js';

describe('what stands at a cell', () => {
  it('is the tile there, below the axis its mirror image, and nothing outside', () => {
    for (const level of [0, 1, 2, 3]) {
      const side = 1n << BigInt(level);
      for (let x = -2n; x < side + 2n; x++) {
        for (let y = -side - 2n; y < side + 2n; y++) {
          const cell = cellAt(level, x, y);
          const isInside = x >= 0n && x < side && y >= -side && y < side;
          expect(cell !== null).toBe(isInside);
          if (cell === null) continue;
          const row = y >= 0n ? y : -y - 1n;
          expect(cell.isMirrored).toBe(y < 0n);
          expect(positionOf(cell.address)).toEqual({ level, x, y: row });
        }
      }
    }
  });

  it('is found at level 20,000', () => {
    const y = 1n << 19_998n;
    const cell = cellAt(20_000, y, -y);
    expect(cell?.isMirrored).toBe(true);
    expect(positionOf(cell!.address)).toEqual({ level: 20_000, x: y, y: y - 1n });
    expect(cell!.address.length).toBe(20_001);
  });
});
