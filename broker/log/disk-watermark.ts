import { describeError } from '../../client/runtime/error';
import type { LogEnvironment } from './log-environment';
import type { LogDirHealth } from './log-dir-health';

/**
 * Watches the free space of a log directory. Below the low mark appends are refused, so that the
 * broker keeps serving reads instead of dying of a full disk; above it by a tenth they resume.
 */
export class DiskWatermark {
  /** @param minFreeBytes the low mark; 0 only reacts to writes that failed for lack of space */
  constructor(
    private readonly environment: LogEnvironment,
    private readonly health: LogDirHealth,
    private readonly minFreeBytes: number,
  ) {}

  async check(): Promise<void> {
    if (this.health.failed) return;
    const { fileSystem, logger } = this.environment;
    try {
      const { usableBytes } = await fileSystem.statfs(this.health.path);
      const mark = this.health.full ? this.minFreeBytes * 1.1 : this.minFreeBytes;
      const full = usableBytes < mark || usableBytes === 0;
      if (full !== this.health.full) this.report(full, usableBytes);
      this.health.setFull(full);
    } catch (error) {
      logger.warn(
        { event: 'disk-space-unknown', logDir: this.health.path },
        `Cannot tell the free space of ${this.health.path}: ${describeError(error)}.`,
      );
    }
  }

  private report(full: boolean, usableBytes: number): void {
    const fields = { event: full ? 'disk-full' : 'disk-room-again', logDir: this.health.path };
    const { logger } = this.environment;
    const free = `${usableBytes} bytes are free on the disk of ${this.health.path}`;
    if (full) {
      logger.error(
        { ...fields, usableBytes },
        `${free}, less than ${this.minFreeBytes}: it takes no more records; reads go on.`,
      );
    } else {
      logger.info({ ...fields, usableBytes }, `${free} again: it takes records.`);
    }
  }
}
