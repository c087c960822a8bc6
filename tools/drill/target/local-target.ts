import { readdirSync } from 'node:fs';
import { delay } from '../../../client/runtime/clock';
import { brokerPropertiesFile, startBroker } from '../../dev/broker-daemon';
import { ClusterLayout } from '../../dev/cluster-layout';
import { runningPid, stopByPidFile } from '../../dev/pid-file';
import type { Ability, BrokerTarget } from './broker-target';
import { DrillTargetError } from './target-error';

/** A broker that stops cleanly flushes and hands leadership over first. */
const STOP_MS = 60_000;
const GONE_POLL_MS = 10;

/** The brokers of `npm start` on this machine. */
export class LocalTarget implements BrokerTarget {
  readonly abilities: ReadonlySet<Ability> = new Set(['pause', 'stop']);
  private readonly layout: ClusterLayout;

  constructor(folder: string) {
    this.layout = new ClusterLayout(folder);
  }

  /** Whether the folder is that of `npm start`, with a broker that runs. */
  static isIn(folder: string): boolean {
    const layout = new ClusterLayout(folder);
    return layout.brokerIds().some((id) => runningPid(layout.brokerPidFile(id)) !== null);
  }

  get description(): string {
    return `the brokers of npm start in ${this.layout.folder}`;
  }

  missing(brokers: readonly number[]): Promise<number[]> {
    return Promise.resolve(brokers.filter((id) => this.pid(id) === null));
  }

  async kill(broker: number): Promise<void> {
    this.signal(broker, 'SIGKILL');
    // Until it is gone it looks as if it ran.
    while (this.pid(broker) !== null) await delay(GONE_POLL_MS);
  }

  async stop(broker: number): Promise<void> {
    await stopByPidFile(this.layout.brokerPidFile(broker), { deadlineMs: STOP_MS });
  }

  async start(broker: number): Promise<void> {
    if (this.pid(broker) === null) await startBroker(broker, this.layout, process.env);
  }

  pause(broker: number): Promise<void> {
    this.signal(broker, 'SIGSTOP');
    return Promise.resolve();
  }

  resume(broker: number): Promise<void> {
    if (this.pid(broker) !== null) this.signal(broker, 'SIGCONT');
    return Promise.resolve();
  }

  cut(broker: number): Promise<void> {
    return Promise.reject(this.unable(`Broker ${broker} cannot be cut off`));
  }

  mend(): Promise<void> {
    return Promise.resolve();
  }

  killZookeeperLeader(): Promise<string> {
    return Promise.reject(this.unable('The only ZooKeeper server cannot be spared'));
  }

  startZookeeper(): Promise<void> {
    return Promise.resolve();
  }

  private pid(broker: number): number | null {
    return runningPid(this.layout.brokerPidFile(broker));
  }

  private signal(broker: number, name: NodeJS.Signals): void {
    const pid = this.pid(broker);
    if (pid === null) {
      const known = readdirSync(this.layout.folder).includes(`broker-${broker}`);
      throw new DrillTargetError(
        `Broker ${broker} does not run.`,
        known
          ? `Its configs are in ${brokerPropertiesFile(broker, this.layout)}; npm start starts it.`
          : 'It was not started by npm start here: say with --data where.',
      );
    }
    process.kill(pid, name);
  }

  private unable(what: string): DrillTargetError {
    return new DrillTargetError(`${what} on this machine.`, 'Use the cluster of docker compose.');
  }
}
