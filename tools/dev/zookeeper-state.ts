import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The ZooKeeper that `npm start` has started, noted for the next start and for the stop. */
export interface ZookeeperState {
  readonly kind: 'local' | 'docker';
  readonly clientPort: number;
}

/** `null` when none was noted, or nothing that makes sense. */
export function readZookeeperState(file: string): ZookeeperState | null {
  try {
    const { kind, clientPort } = JSON.parse(readFileSync(file, 'utf8')) as Partial<ZookeeperState>;
    const isKnown = kind === 'local' || kind === 'docker';
    return isKnown && isPort(clientPort) ? { kind, clientPort } : null;
  } catch {
    return null;
  }
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

export function writeZookeeperState(file: string, state: ZookeeperState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(state) + '\n');
}
