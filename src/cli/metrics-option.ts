import { systemCode } from '../cache/cache-error.js';
import type { SectionTimes } from '../cache/lock.js';
import type { MetricsServer } from '../daemon/metrics-server.js';
import type { Progress } from '../daemon/options.js';
import { describeListenMistake } from './listen-mistake.js';
import { UsageError } from './usage-error.js';

const OPTIONS = { portOption: '--metrics-port', hostOption: '--metrics-host', rival: 'another daemon' };

/** Metrics that are being served. */
export interface ServedMetrics {
  readonly server: MetricsServer;
  readonly onSection: (times: SectionTimes) => void;
}

/**
 * Serves metrics at --metrics-host and --metrics-port. What it takes is loaded here only: most daemons do without.
 *
 * @throws UsageError when nothing can listen there
 */
export async function serveMetrics(
  host: string,
  port: number,
  look: () => Progress | null,
  labels: { readonly client: string; readonly version: string },
): Promise<ServedMetrics> {
  const { Metrics } = await import('../daemon/metrics.js');
  const { MetricsServer } = await import('../daemon/metrics-server.js');
  const metrics = new Metrics(look, labels);
  try {
    const server = await MetricsServer.listen(metrics, host, port);
    return { server, onSection: (times) => metrics.observeSection(times) };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const message = describeListenMistake(code, host, port, OPTIONS);
    throw new UsageError(message, { cause: error });
  }
}
