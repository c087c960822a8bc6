import type { Kafka, ListedOffset } from '../../client';
import type { Terminal } from '../cli/terminal';
import type { ClusterLayout } from './cluster-layout';
import type { KeyPlaces } from './demo/key-places';
import type { Tally } from './demo/tally';
import type { OwnConfigs } from './own-configs';

export interface StartOptions {
  /** The file to produce; default the generated click-stream. */
  readonly input?: string;
  /** How many brokers. */
  readonly brokers: number;
  /** Preferred port of the first broker; the others take the ones that follow. */
  readonly port: number;
  /** Preferred port of a ZooKeeper started here. */
  readonly zookeeperPort: number;
  /** Preferred port of the first broker's metrics; the others take the ones that follow. */
  readonly metricsPort: number;
  /** Configs of the brokers that are started. */
  readonly override: OwnConfigs;
}

/** What the steps of `npm start` share. Each step fills in what the later ones need. */
export interface StartContext {
  readonly options: StartOptions;
  readonly layout: ClusterLayout;
  readonly terminal: Terminal;
  /** Tells people something in passing. */
  report(line: string): void;
  /** ZooKeeper's connect string, once it is up. */
  zookeeperConnect?: string;
  /** `host:port` of each broker, separated by commas, once they serve. */
  bootstrapServer?: string;
  /** `host:port` of the metrics of the first broker; null when it has none. */
  metrics?: string | null;
  /** The file whose lines are produced, and how many it has. */
  input?: { readonly file: string; readonly lines: number };
  /** What the input is sent through, and how far it has come. */
  demo?: Demo;
}

/** The way of the input through a topic and back. */
export interface Demo {
  readonly kafka: Kafka;
  readonly topic: string;
  /** The ends of all partitions before anything was produced. */
  readonly starts: readonly Pick<ListedOffset, 'topic' | 'partition' | 'offset'>[];
  /** What was produced, once it is acknowledged. */
  sent?: Tally;
  /** What was read back, and where its keys were. */
  read?: Tally;
  keys?: KeyPlaces;
}
