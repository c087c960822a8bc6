import { desanitize, sanitize } from './sanitizer';

/** Stands for the empty name; no encoded name is this, for `%` itself becomes `%25`. */
const EMPTY = '%';

/**
 * Any text as a znode name, and back without loss: sanitized as Kafka does it, and besides that
 * names which ZooKeeper refuses although all their characters are allowed: none, `.` and `..`.
 */
export function znodeName(name: string): string {
  if (name === '') return EMPTY;
  return name === '.' || name === '..' ? name.replaceAll('.', '%2E') : sanitize(name);
}

/** The reverse of {@link znodeName}; null for a znode that was not named by it. */
export function nameOfZnode(znode: string): string | null {
  const name = znode === EMPTY ? '' : desanitize(znode);
  return znodeName(name) === znode ? name : null;
}
