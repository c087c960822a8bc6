import { join } from 'node:path';
import type { FileSystem } from './file-system';

const NAME = '.kafka_cleanshutdown';

/**
 * The marker that says a log directory was left in order, so that its data needs no check
 * (Kafka's CleanShutdownFileHandler).
 */
export class CleanShutdownFile {
  private readonly path: string;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly logDir: string,
  ) {
    this.path = join(logDir, NAME);
  }

  /** @param brokerEpoch -1 when the broker has none */
  async write(brokerEpoch = -1): Promise<void> {
    await this.fileSystem.writeFile(this.path, JSON.stringify({ version: 0, brokerEpoch }));
    await this.fileSystem.syncDirectory(this.logDir);
  }

  /**
   * Whether the marker is there. It is removed durably before this returns: from here on the
   * directory is in use, and a crash must find it without one.
   */
  async take(): Promise<boolean> {
    if ((await this.fileSystem.readFile(this.path)) === undefined) return false;
    await this.fileSystem.unlink(this.path);
    await this.fileSystem.syncDirectory(this.logDir);
    return true;
  }
}
