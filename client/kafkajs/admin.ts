import type { Admin as NativeAdmin } from '../admin';
import type { Admin, AdminConfig, AdminEvents } from './admin-types';
import { nativeKafka, type ClientParts } from './client-options';
import { aclAdmin, clusterAdmin } from './cluster-admin';
import { groupAdmin } from './group-admin';
import { Instrumentation } from './instrumentation';
import { topicAdmin } from './topic-admin';
import { translated } from './translate-error';

const events: AdminEvents = {
  CONNECT: 'admin.connect',
  DISCONNECT: 'admin.disconnect',
  REQUEST: 'admin.network.request',
  REQUEST_TIMEOUT: 'admin.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'admin.network.request_queue_size',
};

/** KafkaJS's admin. */
export function createAdmin(parts: ClientParts, { retry }: AdminConfig = {}): Admin {
  const logger = parts.logger.namespace('Admin');
  const instrumentation = new Instrumentation('admin', events, logger);
  let current: NativeAdmin | undefined;
  // Who has disconnected may connect again.
  const native = (): NativeAdmin => (current ??= nativeKafka(parts, { retry }).admin());
  const topics = topicAdmin(native, logger);
  const on = (type: string, listener: (event: never) => void): (() => void) =>
    instrumentation.on(type, listener);
  return {
    ...topics,
    ...groupAdmin(native, topics),
    ...clusterAdmin(native),
    ...aclAdmin,
    connect: async () => {
      await translated(() => native().connect());
      instrumentation.emit(events.CONNECT, null);
    },
    disconnect: async () => {
      await current?.close();
      current = undefined;
      instrumentation.emit(events.DISCONNECT, null);
    },
    logger: () => logger,
    events,
    on,
  };
}
