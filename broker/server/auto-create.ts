import { ProtocolError } from '../../client/protocol/protocol-error';
import type { Clock } from '../../client/runtime/clock';
import type { BrokerConfig } from '../config/broker-config';
import type { TopicAdmin } from '../controller/topic-admin';
import { hasLeaders, type MetadataCache } from '../metadata/metadata-cache';
import { newTopicOf } from './internal-topics';

/** Long enough for one round through ZooKeeper, short enough not to hold up a connection. */
const WAIT_MS = 1000;

/** Creates topics that clients ask for and that are not there, with the broker's defaults. */
export function autoCreation(
  admin: TopicAdmin,
  metadata: MetadataCache,
  config: () => BrokerConfig,
  clock: Clock,
): (topic: string) => Promise<void> {
  return async (name) => {
    try {
      await admin.create(newTopicOf(name, config()));
    } catch (error) {
      const known = error instanceof ProtocolError && error.code === 'TOPIC_ALREADY_EXISTS';
      if (!known) throw error;
    }
    await metadata.until(() => hasLeaders(metadata.topic(name)), WAIT_MS, clock);
  };
}
