/**
 * What must not outlive the process: temporary folders, children. It is done when the process exits, and when it is told
 * to end by a signal that nobody else in it listens to; whoever does listen decides, and exits or not.
 *
 * Nothing is done on SIGKILL, and nothing is listened to while nothing is registered.
 */
const actions = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Registers an action, which must be synchronous. The latest is done first.
 *
 * @returns forgets it
 */
export function atProcessEnd(action: () => void): () => void {
  if (actions.size === 0) {
    process.on('exit', act);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  // One of its own for each call, so that a function may be registered twice.
  const own = (): void => action();
  actions.add(own);
  return () => {
    if (actions.delete(own) && actions.size === 0) stopListening();
  };
}

function stopListening(): void {
  process.off('exit', act);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function act(): void {
  for (const action of [...actions].toReversed()) {
    try {
      action();
    } catch {
      // The process ends; the others have their turn.
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  act();
  stopListening();
  process.kill(process.pid, signal);
}
