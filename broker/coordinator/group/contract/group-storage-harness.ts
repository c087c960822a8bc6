import type { GroupStorage } from '../group-storage';

/** One implementation of {@link GroupStorage}, as the storages of several brokers of a cluster. */
export interface GroupStorageHarness {
  /** The storage of a broker that joins the cluster. */
  join(brokerId: number): Promise<GroupStorage>;
  /** The broker is dead to all others; what its own storage does is to find that out. */
  kill(brokerId: number): Promise<void>;
  /** Waits for something, making time pass where it does not by itself. */
  until<T>(promise: Promise<T>): Promise<T>;

  start?(): Promise<void>;
  /** The cluster of a test is over. */
  afterEach(): Promise<void>;
  stop?(): Promise<void>;
}
