/** A machine of the cluster, or all clients together. */
export type Place = 'clients' | { readonly broker: number } | { readonly server: number };

/** What a driver may be unable to do; a drill that needs it is skipped, and says so. */
export type Ability =
  /** Connections can be cut in the midst of a message. */
  | 'tear'
  /** Links can be made slow. */
  | 'slow'
  /** A broker's disk can be filled. */
  | 'disk'
  /** A broker's wall clock can be set. */
  | 'clock'
  /** A broker's files can be changed while it is down. */
  | 'files'
  /** What was not flushed can be lost. */
  | 'power'
  /** Flushes can be made slow. */
  | 'slowFlush'
  /** A broker's open files can be limited. */
  | 'openFiles';

/** A process that can be ended and stopped. */
export interface DrillNode {
  /** `broker 1`, `ZooKeeper server 2`. */
  readonly name: string;
  /** Whether it runs; a paused one does. */
  readonly running: boolean;
  /** SIGKILL; gone when this resolves. */
  kill(): Promise<void>;
  /** A clean shutdown; gone when this resolves. */
  stop(): Promise<void>;
  /** Starts it again on its data. A broker serves when this resolves, a server may still wait for others. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay, nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface DrillBroker extends DrillNode {
  readonly id: number;
  /** Its `log.dirs`, as a path of this machine. Only with the ability `files`. */
  readonly dataDirectory: string;
  /** Leaves no space on its disk. With the ability `disk`. */
  fillDisk(): Promise<void>;
  freeDisk(): Promise<void>;
  /** Moves its wall clock, from where it should be. The monotonic one goes on. With `clock`. */
  shiftClock(ms: number): Promise<void>;
  /** SIGKILL, and what was not flushed is gone, as after a power cut. With `power`. @returns bytes lost */
  cutPower(): Promise<number>;
  /** How long each flush takes from now on. With `slowFlush`. */
  slowFlushes(ms: number): Promise<void>;
  /** Lets it open so many more files and connections; undefined ends that. With `openFiles`. */
  limitOpenFiles(more: number | undefined): Promise<void>;
  /** What it has logged in all its lives. */
  events(): Promise<readonly BrokerEvent[]>;
}

/** A line of a broker's log, as far as it is looked at. */
export interface BrokerEvent extends Readonly<Record<string, unknown>> {
  readonly event?: string;
  readonly level?: number;
}

export interface DrillServer extends DrillNode {
  readonly id: number;
  /** Whether it is part of a quorum. */
  serves(): Promise<boolean>;
}

/** How a link is made worse. */
export interface Slowness {
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

/** The network, by directions: what travels from one place to another. */
export interface DrillNetwork {
  /** Nothing arrives any more. What was sent may arrive when the cut has healed, as with TCP. */
  cut(from: Place, to: Place): Promise<void>;
  slow(from: Place, to: Place, slowness: Slowness): Promise<void>;
  /** Cuts some connection after so many more bytes, in the midst of whatever they are. With `tear`. */
  tear(from: Place, to: Place, afterBytes: number): Promise<void>;
  /** Everything passes again, and what was held back arrives. */
  heal(): Promise<void>;
}

/**
 * A cluster that drills can do anything to. Drivers implement it with processes or containers;
 * drills do not know which.
 */
export interface DrillCluster {
  readonly abilities: ReadonlySet<Ability>;
  readonly brokers: readonly DrillBroker[];
  /** The ZooKeeper ensemble. */
  readonly servers: readonly DrillServer[];
  readonly network: DrillNetwork;
  /** Where clients reach the brokers. */
  readonly bootstrap: readonly string[];
  /** Connect string of the ensemble, for a look from outside that no fault disturbs. */
  readonly zookeeperConnect: string;
  readonly sessionTimeoutMs: number;
  broker(id: number): DrillBroker;
  server(id: number): DrillServer;
  /** The server of the ensemble that leads, if one does. */
  leadingServer(): Promise<DrillServer | undefined>;
  /** The server a broker's session is connected to, if it is. */
  serverOf(broker: number): Promise<DrillServer | undefined>;
  /** Copies logs, and data on demand, to a directory of this machine. */
  keep(directory: string, what: { readonly data: boolean }): Promise<void>;
  /** Ends everything and removes what belongs to it. */
  close(): Promise<void>;
}

/** What a drill wants to run on. */
export interface ClusterShape {
  readonly brokers: number;
  readonly servers: number;
  /** Of the brokers' sessions. */
  readonly sessionTimeoutMs: number;
  readonly configs: Readonly<Record<string, string>>;
  /** Bytes of each broker's disk, for drills that fill it. */
  readonly diskBytes?: number;
  /** What will be done to it, for drivers that build differently for that. */
  readonly needs: readonly Ability[];
}

/** Starts a cluster; resolves when all brokers serve. */
export type Driver = (shape: ClusterShape, name: string) => Promise<DrillCluster>;

export function placeName(place: Place): string {
  if (place === 'clients') return 'clients';
  return 'broker' in place ? `broker ${place.broker}` : `ZooKeeper server ${place.server}`;
}
