import type { Logger } from '../../client/runtime/logger';
import type { ZooKeeperClient } from '../../zk-coordination';
import type { HttpAddress } from '../config/broker-config';
import { HttpEndpoint } from '../http/http-endpoint';
import type { Metrics } from '../metrics/metrics';
import { MetricsPage } from '../metrics/metrics-page';

/** Serves metrics and health. Ready means: clients may come. Healthy: a restart would not help. */
export async function openHttp(
  address: HttpAddress,
  metrics: Metrics,
  zk: ZooKeeperClient,
  isServing: () => boolean,
  logger: Logger,
): Promise<HttpEndpoint> {
  const page = new MetricsPage(metrics);
  page.collectProcess();
  const zooKeeper = () => ({
    zooKeeper: zk.state,
    leaseMs: Math.round(zk.lease.remainingMs()),
  });
  const http = new HttpEndpoint({
    ...address,
    metrics: page,
    healthy: () => ({ ok: zk.state !== 'authFailed', ...zooKeeper() }),
    ready: () => ({ ok: isServing(), serving: isServing(), ...zooKeeper() }),
    logger,
  });
  await http.start();
  return http;
}
