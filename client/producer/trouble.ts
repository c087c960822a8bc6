/** What keeps a partition's records from being delivered. */
export interface Trouble {
  readonly error: Error;
  /** Monotonic milliseconds; no attempt has succeeded since then. */
  readonly since: number;
}
