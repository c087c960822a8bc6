import { LRUCache } from 'lru-cache';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';

interface Told {
  at: number;
  suppressed: number;
}

const ADDRESSES = 1000;
const QUIET_MS = 10_000;

/**
 * Warns about what clients do wrong, at most once in ten seconds per address: a client that does
 * nothing else cannot fill the disk with log lines. The next line tells how many were left out.
 */
export class ComplaintLog {
  private readonly told = new LRUCache<string, Told>({ max: ADDRESSES });

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  warn(address: string, fields: object, message: string): void {
    const now = this.clock.monotonic();
    const last = this.told.get(address);
    if (last && now - last.at < QUIET_MS) {
      last.suppressed++;
      return;
    }
    const suppressed = last && last.suppressed > 0 ? { suppressed: last.suppressed } : {};
    this.told.set(address, { at: now, suppressed: 0 });
    this.logger.warn({ ...fields, remoteAddress: address, ...suppressed }, message);
  }
}
