import { connect, createServer } from 'node:net';
import type { SocketFactory } from '../../client/network';
import { systemClock, type Clock } from '../../client/runtime/clock';
import type { SessionFactory } from '../../zk-coordination';
import { nodeFileSystem, thisProcess, type FileSystem, type ProcessIdentity } from '../log';

/**
 * All of the world that a broker touches. The simulator puts its own in their place and runs a
 * whole cluster in one process on virtual time.
 */
export interface BrokerEdges {
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly fileSystem: FileSystem;
  /** Runs a callback at the end of this turn of the event loop. */
  readonly defer: (callback: () => void) => void;
  /** Makes the servers of the listeners. */
  readonly createServer: typeof createServer;
  /** Opens connections to other brokers. */
  readonly connect: SocketFactory;
  /** Who holds the locks of the log directories. */
  readonly identity: () => ProcessIdentity;
  /** Takes the place of the ensemble of `zookeeper.connect`. */
  readonly sessions?: SessionFactory;
}

/** The machine's own edges. */
export const machineEdges: BrokerEdges = {
  clock: systemClock,
  random: Math.random,
  fileSystem: nodeFileSystem,
  defer: (callback) => void setImmediate(callback),
  createServer,
  connect: ({ host, port }, onread) => connect({ host, port, noDelay: true, onread }),
  identity: thisProcess,
};
