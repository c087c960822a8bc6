import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { processIdentity } from '../../client/runtime/process-identity';

/** A process, told apart from later ones that get the same pid. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, as {@link processIdentity} tells; empty where the system does not say. */
  readonly startedAt: string;
  readonly host: string;
}

/** Who we are, and whether others still live. */
export interface ProcessIdentity {
  readonly self: ProcessId;
  /** Differs between two owners in one process. */
  readonly nonce: string;
  isAlive(other: ProcessId): boolean;
}

/** This process, as the operating system knows it. */
export function thisProcess(): ProcessIdentity {
  const self = {
    pid: process.pid,
    startedAt: processIdentity(process.pid) ?? '',
    host: hostname(),
  };
  return {
    self,
    nonce: randomUUID(),
    isAlive: (other) => other.host === self.host && processIdentity(other.pid) === other.startedAt,
  };
}
