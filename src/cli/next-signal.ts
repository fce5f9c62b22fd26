import { EXIT } from './exit-codes.js';

/** The first signal that asks to end; the second one ends the process. */
export function nextSignal(): { readonly signal: Promise<NodeJS.Signals>; forget(): void } {
  let onSignal: (signal: NodeJS.Signals) => void = () => undefined;
  let count = 0;
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    onSignal = (name): void => {
      if (++count > 1) process.exit(EXIT.interrupted);
      resolve(name);
    };
  });
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal, forget: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
