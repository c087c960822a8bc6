import { connect } from 'node:net';
import type { DrillServer } from '../drill-cluster';
import type { Machine } from './machine';

const ANSWERS_WITHIN_MS = 2000;

/** A server of the ensemble in a container. */
export class ContainerServer implements DrillServer {
  constructor(
    readonly id: number,
    /** Of this machine, for clients. */
    readonly port: number,
    readonly machine: Machine,
    readonly start: () => Promise<void>,
  ) {}

  get name(): string {
    return this.machine.name;
  }

  get running(): boolean {
    return this.machine.running;
  }

  kill(): Promise<void> {
    return this.machine.kill();
  }

  /** ZooKeeper keeps what it acknowledged whichever way it ends: it has no other way of stopping. */
  stop(): Promise<void> {
    return this.machine.kill();
  }

  pause(): Promise<void> {
    return this.machine.pause();
  }

  resume(): Promise<void> {
    return this.machine.resume();
  }

  async serves(): Promise<boolean> {
    return (await this.mode()) !== undefined;
  }

  /** `leader` or `follower`; undefined when it does not serve. */
  async mode(): Promise<string | undefined> {
    return /^Mode: (\w+)/m.exec(await this.ask('srvr'))?.[1];
  }

  /** The answer to one of ZooKeeper's four letter words; empty when there is none. */
  private ask(word: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write(word));
      socket.setTimeout(ANSWERS_WITHIN_MS, () => socket.destroy());
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
    });
  }
}
