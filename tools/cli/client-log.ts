import type { Logger } from '../../client/runtime/logger';

/**
 * What a client has to say while a tool runs: warnings and errors, one line each. The same line
 * again and again is told once.
 */
export function clientLog(note: (line: string) => void): Logger {
  let last = '';
  const tell = (level: string, message: string): void => {
    const line = `${level} ${message}`;
    if (line === last) return;
    last = line;
    note(line);
  };
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (_, message) => tell('WARN', message),
    error: (_, message) => tell('ERROR', message),
    child: () => logger,
  };
  return logger;
}
