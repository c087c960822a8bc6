import { createRequire } from 'node:module';
import { CodecUnavailableError } from './codec';

/**
 * A module that is loaded at its first use, so that a platform without its native binary only
 * loses what needs it.
 *
 * @throws CodecUnavailableError (from the returned function) when the module cannot be loaded.
 */
export function optionalModule<T>(name: string): () => T {
  let loaded: T | undefined;
  return () => {
    try {
      loaded ??= createRequire(__filename)(name) as T;
      return loaded;
    } catch (error) {
      throw new CodecUnavailableError(`The package ${name} does not load on this platform.`, {
        cause: error,
      });
    }
  };
}
