import type { Clock } from '../../client/runtime/clock';
import { systemClock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { silentLogger } from '../../client/runtime/logger';
import { nodeFileSystem, type FileSystem } from './file-system';
import { BackgroundLane } from './background-lane';
import { IndexPages } from './index-pages';
import { OpenFiles } from './open-files';
import { ReadBufferPool } from './read-buffer-pool';

/** The edges of the log, and the few resources that all logs of a process share. */
export interface LogEnvironment {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between 0 and 1; for the jitter of segment.ms and for names. */
  readonly random: () => number;
  /** Runs a callback at the end of this turn of the event loop (`setImmediate`). */
  readonly defer: (callback: () => void) => void;
  readonly files: OpenFiles;
  readonly indexPages: IndexPages;
  readonly readBuffers: ReadBufferPool;
  /** Where logs save their leader epochs when nobody waits for it. */
  readonly epochSaves: BackgroundLane;
}

export interface LogEnvironmentOptions {
  readonly fileSystem?: FileSystem;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly random?: () => number;
  readonly defer?: (callback: () => void) => void;
  /** File descriptors kept open. Default 1000. */
  readonly maxOpenFiles?: number;
  /** Memory for index pages, in bytes. Default 16 MiB. */
  readonly indexCacheBytes?: number;
}

/** After an election hundreds of logs have a new epoch, and there are but four threads for I/O. */
const EPOCH_SAVES_AT_ONCE = 1;

/** The machine's own edges, except those given. */
export function logEnvironment(options: LogEnvironmentOptions = {}): LogEnvironment {
  const fileSystem = options.fileSystem ?? nodeFileSystem;
  return {
    fileSystem,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
    random: options.random ?? Math.random,
    defer: options.defer ?? ((callback) => void setImmediate(callback)),
    files: new OpenFiles(fileSystem, options.maxOpenFiles),
    indexPages: new IndexPages(options.indexCacheBytes),
    readBuffers: new ReadBufferPool(),
    epochSaves: new BackgroundLane(EPOCH_SAVES_AT_ONCE),
  };
}
