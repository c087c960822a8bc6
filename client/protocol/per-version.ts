import type { Shape } from './schema';

/** Compiles once per shape and version what is then kept. */
export function perVersion<T>(compile: (shape: Shape, version: number) => T) {
  const known = new Map<Shape, T[]>();
  return (shape: Shape, version: number): T => {
    let versions = known.get(shape);
    if (!versions) known.set(shape, (versions = []));
    return (versions[version] ??= compile(shape, version));
  };
}
