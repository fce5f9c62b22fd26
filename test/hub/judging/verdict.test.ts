import { describe, expect, it } from 'vitest';
import { decide, TRUSTED_FROM, type Verdict } from '../../../src/hub/verdict.js';

const T = TRUSTED_FROM;

interface Row {
  readonly opinions: readonly (readonly [digest: string, streak: number])[];
  readonly chance: number;
  readonly isOverdue?: boolean;
  readonly verdict: Verdict;
}

const ROWS: readonly Row[] = [
  { opinions: [['a', 0]], chance: 0.99, verdict: 'ask' },
  { opinions: [['a', T - 1]], chance: 0.99, verdict: 'ask' },
  { opinions: [['a', T]], chance: 1 / T, verdict: 'alone' },
  { opinions: [['a', T]], chance: 1 / T - 1e-9, verdict: 'ask' },
  { opinions: [['a', 1000]], chance: 0.002, verdict: 'alone' },
  { opinions: [['a', 1000]], chance: 0.0009, verdict: 'ask' },
  { opinions: [['a', T]], chance: 0, isOverdue: true, verdict: 'recompute' },
  { opinions: [['a', 0]], chance: 0.99, isOverdue: true, verdict: 'recompute' },
  {
    opinions: [
      ['a', 0],
      ['a', 0],
    ],
    chance: 0.99,
    verdict: 'recompute',
  },
  {
    opinions: [
      ['a', 0],
      ['a', T],
    ],
    chance: 0.99,
    verdict: 'replica',
  },
  {
    opinions: [
      ['a', T],
      ['a', 0],
    ],
    chance: 0.01,
    verdict: 'recompute',
  },
  {
    opinions: [
      ['a', T],
      ['b', T],
    ],
    chance: 0.99,
    verdict: 'recompute',
  },
  {
    opinions: [
      ['a', T],
      ['a', T],
      ['b', 0],
    ],
    chance: 0.99,
    verdict: 'recompute',
  },
];

describe('decide', () => {
  it.each(ROWS)('$opinions, chance $chance, overdue $isOverdue: $verdict', (row) => {
    const opinions = row.opinions.map(([digest, streak]) => ({ digest, streak }));
    expect(decide(opinions, row.chance, row.isOverdue ?? false)).toBe(row.verdict);
  });
});
