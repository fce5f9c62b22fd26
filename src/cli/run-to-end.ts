import type { Logger } from 'pino';
import { EXIT } from './exit-codes.js';
import type { ProgressLine } from './progress-line.js';

/** The progress line on a terminal is rewritten this often, in milliseconds. */
const SHOW_MS = 200;

/** What works until it is told to end, or has a reason to. */
interface Work<Progress> {
  readonly progress: Progress;
  /** Asks it to finish what it is computing and to end. */
  stop(): void;
  run(): Promise<Progress>;
}

/** How its progress is told. */
interface Telling<Progress> {
  readonly logger: Logger;
  /** Null where there is no terminal. */
  readonly progressLine: ProgressLine | null;
  /** Without a terminal, the log tells the progress this often, in milliseconds. */
  readonly logMs: number;
  /** One line of text. */
  readonly describe: (progress: Progress) => string;
  /** Fields of a line of the log. */
  readonly summary: (progress: Progress) => object;
  /** Fields of the last line. */
  readonly end: (progress: Progress) => object;
  /** Said upon the first signal. */
  readonly ending: string;
  /** Whether later signals are ignored, since the process is about to exit with a code of its own; else they do what they did before. */
  readonly isLast: boolean;
}

/** Shows a work's progress, and ends it upon a signal; a second one ends the process. */
export async function runToEnd<Progress>(
  work: Work<Progress>,
  { logger, progressLine, logMs, describe, summary, end, ending, isLast }: Telling<Progress>,
): Promise<Progress> {
  let signals = 0;
  let hasEnded = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (hasEnded) return;
    signals++;
    if (signals > 1) {
      progressLine?.end();
      process.exit(EXIT.interrupted);
    }
    logger.info({ signal }, ending);
    work.stop();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const ticker = setInterval(
    () => {
      if (progressLine) progressLine.show(describe(work.progress));
      else logger.info(summary(work.progress), 'progress');
    },
    progressLine ? SHOW_MS : logMs,
  );
  try {
    const progress = await work.run();
    progressLine?.show(describe(progress));
    progressLine?.end();
    logger.info(end(progress), 'stopped');
    return progress;
  } finally {
    clearInterval(ticker);
    progressLine?.end();
    hasEnded = true;
    if (!isLast) process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
