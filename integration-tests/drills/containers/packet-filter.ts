import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { placeName, type DrillNetwork, type Place } from '../drill-cluster';
import type { Machine } from './machine';

interface Cut {
  readonly from: Place;
  readonly to: Place;
}

/**
 * The network as packet filters of the containers make it: where a cut ends, packets from where it
 * begins are dropped. Senders are not told; they send again, each time after twice the time, so what
 * was sent arrives some time after a cut has healed. Takes Linux, root, and iptables.
 */
export class PacketFilter implements DrillNetwork {
  private cuts: readonly Cut[] = [];

  constructor(
    private readonly machines: readonly Machine[],
    private readonly machineAt: (place: Exclude<Place, 'clients'>) => Machine,
  ) {}

  cut(from: Place, to: Place): Promise<void> {
    this.cuts = [...this.cuts, { from, to }];
    return this.apply();
  }

  slow(from: Place, to: Place): Promise<void> {
    return impossible('slowed', from, to);
  }

  tear(from: Place, to: Place): Promise<void> {
    return impossible('torn', from, to);
  }

  heal(): Promise<void> {
    this.cuts = [];
    return this.apply();
  }

  /** To be called when a machine has started: it has a new network stack, and another address. */
  async renew(): Promise<void> {
    if (this.cuts.length > 0) await this.apply();
  }

  private async apply(): Promise<void> {
    const alive = this.machines.filter(({ running }) => running);
    await Promise.all(alive.map((machine) => this.filter(machine)));
  }

  private async filter(machine: Machine): Promise<void> {
    const { gateway } = await machine.addresses();
    const rules: string[] = [];
    for (const { from, to } of this.cuts) {
      if (to !== 'clients' && this.machineAt(to) === machine) {
        const source = from === 'clients' ? gateway : await addressOf(this.machineAt(from));
        // Without one it does not run, and sends nothing.
        if (source !== '') rules.push(`-A INPUT -s ${source} -j DROP`);
      } else if (to === 'clients' && from !== 'clients' && this.machineAt(from) === machine) {
        rules.push(`-A OUTPUT -d ${gateway} -j DROP`);
      }
    }
    const pid = await machine.pid();
    if (pid > 0) await setRules(pid, rules);
  }
}

function impossible(what: string, from: Place, to: Place): Promise<never> {
  const link = `from ${placeName(from)} to ${placeName(to)}`;
  return Promise.reject(new Error(`The link ${link} cannot be ${what} in containers.`));
}

async function addressOf(machine: Machine): Promise<string> {
  return (await machine.addresses()).own;
}

/** Replaces all rules in the network of a process. Docker's own are in another table. */
async function setRules(pid: number, rules: readonly string[]): Promise<void> {
  const restore = ['iptables-restore', '--wait'];
  const child = spawn('nsenter', ['--target', String(pid), '--net', ...restore], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let problem = '';
  child.stderr.on('data', (text: Buffer) => (problem += text.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(
    ['*filter', ':INPUT ACCEPT', ':OUTPUT ACCEPT', ...rules, 'COMMIT', ''].join('\n'),
  );
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`Packet filters cannot be set: ${problem.trim()}`);
}
