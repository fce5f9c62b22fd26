import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ErrorLog } from '../../src/daemon/error-log.js';

it('the error log counts, remembers the last one with its cause, and hands all to the log', () => {
  const lines: { level: number; msg: string; address?: string }[] = [];
  const logger = pino(
    {},
    { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
  );
  const errors = new ErrorLog(logger);
  expect([errors.count, errors.last(performance.now())]).toEqual([0, null]);
  errors.report({ err: new Error('ENOENT: gone') }, 'no heartbeat could be written');
  expect(errors.last(performance.now())?.text).toBe('no heartbeat could be written: ENOENT: gone');
  errors.report({ address: 'M0', reason: 'it is boring' }, 'dropped');
  expect(errors.last(performance.now() + 5000)).toMatchObject({ text: 'dropped: it is boring' });
  expect(errors.last(performance.now() + 5000)?.seconds).toBeCloseTo(5, 0);
  errors.report({ bad: null }, 'set aside');
  expect(errors.last(performance.now())?.text).toBe('set aside');
  expect(errors.count).toBe(3);
  expect(lines.map(({ level }) => level)).toEqual([50, 50, 50]);
  expect(lines[1]).toMatchObject({ msg: 'dropped', address: 'M0' });
});

it('it counts also where nothing is logged', () => {
  const errors = new ErrorLog(pino({ level: 'silent' }));
  errors.report({}, 'no');
  expect(errors.count).toBe(1);
});
