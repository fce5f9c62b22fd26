import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment.js';

/** Where a volunteer keeps finished tiles unless it is told otherwise, by the XDG base directory specification. */
export function stateFolder(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  // A relative one is to be ignored, says the specification.
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'mandeld', 'join');
}
