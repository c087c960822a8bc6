import { AdminError } from '../../client/admin';

export interface Outcomes<T> {
  readonly succeeded: readonly T[];
  /** Why, by the name the admin gives to each thing. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * What became of each thing of a call of the admin, for tools that report each and go on.
 *
 * @throws what made the call fail as a whole
 */
export async function outcomes<T>(call: Promise<readonly T[]>): Promise<Outcomes<T>> {
  try {
    return { succeeded: await call, failures: new Map() };
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    return { succeeded: [...error.succeeded.values()] as T[], failures: error.failures };
  }
}
