/**
 * Whether ZooKeeper would take this path: absolute, no empty, `.` or `..` parts, no trailing slash,
 * none of the characters it rejects (control characters, surrogates and private use, specials).
 * Source of the rules: ZooKeeper's PathUtils.validatePath.
 */
export function isValidPath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/') || path.endsWith('/')) return false;
  const names = path.slice(1).split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return false;
  for (let index = 0; index < path.length; index++) {
    if (isRejected(path.charCodeAt(index))) return false;
  }
  return true;
}

function isRejected(char: number): boolean {
  return (
    char <= 0x1f ||
    (char >= 0x7f && char <= 0x9f) ||
    (char >= 0xd800 && char <= 0xf8ff) ||
    char >= 0xfff0
  );
}

/** `/a` for `/a/b`, `/` for `/a`. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** `b` for `/a/b`. */
export function nodeName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path on the ensemble of a client's path. @param chroot empty, or a path without trailing slash */
export function withChroot(chroot: string, path: string): string {
  return chroot !== '' && path === '/' ? chroot : chroot + path;
}

/** The client's path of a path on the ensemble. */
export function withoutChroot(chroot: string, path: string): string {
  return path.slice(chroot.length) || '/';
}
