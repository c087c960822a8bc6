import type { Logger as NativeLogger } from '../runtime/logger';
import { logLevel } from './enums';
import { systemClock, type Clock } from '../runtime/clock';

export interface LoggerEntryContent {
  /** ISO 8601. */
  readonly timestamp: string;
  readonly message: string;
  // Whatever the line is about; KafkaJS types it so.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [key: string]: any;
}

export interface LogEntry {
  namespace: string;
  level: logLevel;
  /** Name of the level. */
  label: string;
  log: LoggerEntryContent;
}

/** Makes the function that writes entries, told the level once. */
export type logCreator = (level: logLevel) => (entry: LogEntry) => void;

export type Logger = {
  info: (message: string, extra?: object) => void;
  error: (message: string, extra?: object) => void;
  warn: (message: string, extra?: object) => void;
  debug: (message: string, extra?: object) => void;
  namespace: (namespace: string, level?: logLevel) => Logger;
  setLogLevel: (level: logLevel) => void;
};

interface LoggerOptions {
  level?: logLevel;
  logCreator?: logCreator;
  clock?: Pick<Clock, 'now'>;
  /** Default: the process's. `KAFKAJS_LOG_LEVEL` wins over levels in the code. */
  env?: NodeJS.ProcessEnv;
}

/** KafkaJS's logger: namespaces, and one level that `setLogLevel` changes for all of them. */
export function createLogger({
  level = logLevel.INFO,
  logCreator = consoleLogCreator,
  clock = systemClock,
  env = process.env,
}: LoggerOptions = {}): Logger {
  const wished = logLevel[(env.KAFKAJS_LOG_LEVEL ?? '').toUpperCase() as keyof typeof logLevel];
  let common = wished ?? level;
  const write = logCreator(common);
  const make = (namespace: string, own?: logLevel): Logger => {
    const at =
      (label: 'ERROR' | 'WARN' | 'INFO' | 'DEBUG') =>
      (message: string, extra: object = {}): void => {
        if (logLevel[label] > (own ?? common)) return;
        const timestamp = new Date(clock.now()).toISOString();
        const log = { timestamp, logger: 'kafkajs', message, ...extra };
        write({ namespace, level: logLevel[label], label, log });
      };
    return {
      info: at('INFO'),
      error: at('ERROR'),
      warn: at('WARN'),
      debug: at('DEBUG'),
      namespace: (name, of) => make(name, wished ?? of),
      setLogLevel: (next) => void (common = next),
    };
  };
  return make('');
}

/** One line of JSON per entry, on the console. */
function consoleLogCreator(): (entry: LogEntry) => void {
  return ({ namespace, level, label, log }) => {
    const message = namespace === '' ? log.message : `[${namespace}] ${log.message}`;
    const line = JSON.stringify({ level: label, ...log, message });
    if (level === logLevel.ERROR) console.error(line);
    else if (level === logLevel.WARN) console.warn(line);
    else if (level === logLevel.INFO) console.info(line);
    else console.log(line);
  };
}

/** What the client beneath says, said by KafkaJS's logger. */
export function nativeLogger(logger: Logger): NativeLogger {
  return {
    debug: (fields, message) => logger.debug(message, plain(fields)),
    info: (fields, message) => logger.info(message, plain(fields)),
    warn: (fields, message) => logger.warn(message, plain(fields)),
    error: (fields, message) => logger.error(message, plain(fields)),
    child: () => nativeLogger(logger),
  };
}

/** Errors say nothing in JSON: their message and stack do. */
function plain(fields: object): object {
  const { err, ...others } = fields as { err?: unknown };
  return err instanceof Error ? { ...others, error: err.message, stack: err.stack } : fields;
}
