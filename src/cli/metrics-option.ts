import { systemCode } from '../cache/cache-error.js';
import type { SectionTimes } from '../cache/lock.js';
import type { MetricsServer } from '../daemon/metrics-server.js';
import type { Progress } from '../daemon/options.js';
import { UsageError } from './usage-error.js';

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
    throw new UsageError(explain(code, host, port), { cause: error });
  }
}

function explain(code: string, host: string, port: number): string {
  const place = `--metrics-port ${port} of --metrics-host ${host}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is in use, perhaps by another daemon (${code}). Choose another port, or 0 for any that is free.`;
    case 'EACCES':
      return `${place} is not for this user (${code}). Choose a port from 1024 up, or 0 for any that is free.`;
    default:
      return `nothing can listen at ${place} (${code}). Is that an address of this machine? 127.0.0.1 always is, 0.0.0.0 is all.`;
  }
}
