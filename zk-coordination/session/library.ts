import {
  ACL,
  createClient,
  Id,
  Permission,
  type ClientOptions,
  type ConnectionManager,
  type Packet,
  type ServerAddress,
} from 'node-zookeeper-client';
import connectionManagerModule from 'node-zookeeper-client/lib/ConnectionManager';
import exceptions from 'node-zookeeper-client/lib/Exception';
import jute, { type Jute, type WatchPaths } from 'node-zookeeper-client/lib/jute';
import { version } from 'node-zookeeper-client/package.json';
import { KafkaClassicError } from '../../client/runtime/error';

/**
 * The only door to node-zookeeper-client. Much of what lies behind it is private to the library,
 * so the version is pinned and every field relied on is looked for when this module loads.
 */
export { ACL, exceptions, Id, jute, Permission };
export type { ConnectionManager, Jute, Packet, ServerAddress, WatchPaths };

/** States of the library's connection. */
export const STATES = connectionManagerModule.STATES;

/** The version all of this was written against. */
export const PINNED_VERSION = '1.1.3';

const FIELDS = {
  state: 'number',
  servers: 'object',
  sessionTimeout: 'number',
  sessionId: 'object',
  sessionPassword: 'object',
  zxid: 'object',
  xid: 'number',
  connectTimeoutHandler: 'object',
  pendingBuffer: 'object',
  packetQueue: 'object',
  pendingQueue: 'object',
  watcherManager: 'object',
  connect: 'function',
  close: 'function',
  queue: 'function',
  addAuthInfo: 'function',
  updateTimeout: 'function',
  findNextServer: 'function',
  onSocketData: 'function',
  registerDataWatcher: 'function',
  registerExistenceWatcher: 'function',
  registerChildWatcher: 'function',
} as const satisfies Partial<Record<keyof ConnectionManager, string>>;

/** One library connection, made but not yet dialled. */
export function newConnectionManager(options: ClientOptions): ConnectionManager {
  // Servers and chroot are set by us: the library's own parser breaks IPv6 addresses.
  return createClient('unused', options).connectionManager;
}

/**
 * What is missing or of the wrong kind in the library, as texts; empty when all is as expected.
 */
export function libraryMismatches(found: string, manager: object): string[] {
  const mismatches: string[] = [];
  if (found !== PINNED_VERSION) mismatches.push(`version ${found}`);
  for (const [field, kind] of Object.entries(FIELDS)) {
    const actual = typeof (manager as Record<string, unknown>)[field];
    if (actual !== kind) mismatches.push(`${field} is ${actual}, not ${kind}`);
  }
  const packetQueue = (manager as { packetQueue?: { queue?: unknown } }).packetQueue;
  if (!Array.isArray(packetQueue?.queue)) mismatches.push('packetQueue.queue is not an array');
  return mismatches;
}

const mismatches = libraryMismatches(
  version,
  newConnectionManager({ sessionTimeout: 1000, spinDelay: 1000, retries: 0 }),
);
if (mismatches.length > 0) {
  throw new KafkaClassicError(
    `node-zookeeper-client is not the ${PINNED_VERSION} this code is built on: ${mismatches.join(', ')}.`,
    {
      code: 'ZK_LIBRARY_MISMATCH',
      retriable: false,
      advice: `Install node-zookeeper-client ${PINNED_VERSION} exactly.`,
    },
  );
}
