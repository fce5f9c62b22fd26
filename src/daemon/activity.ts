import type { Activity } from '../cache/membership.js';
import type { Progress } from './options.js';

/** What the heartbeat tells of a daemon. */
export function activityOf(progress: Progress): Activity {
  const { mode, subdivided, made, rate, rate5m, holding, current, lockWait, errors, lastError } = progress;
  return {
    state: mode === 'joining' || mode === 'stopped' ? 'idle' : mode,
    subdivided,
    made,
    rate: Number(rate.toFixed(3)),
    rate5m: Number(rate5m.toFixed(3)),
    holding,
    current,
    lockWait: Number(lockWait.toFixed(4)),
    errors,
    lastError,
  };
}
