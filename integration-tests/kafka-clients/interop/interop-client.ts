/**
 * What a client is put through, each a command of its program: `<program> … <servers> <check>`;
 * `tools` is for Kafka's command-line tools, each of which is a program.
 */
export const checks = ['admin', 'codecs', 'groups', 'edges', 'failover', 'tools'] as const;
export type Check = (typeof checks)[number];

export interface PrepareOptions {
  /** Kept from run to run; for what is fetched and built. */
  readonly directory: string;
  /** Of the client, default the one the checks were written with. */
  readonly version: string | undefined;
  /** Told of what takes long. */
  readonly note: (line: string) => void;
}

/** A client that is there, and a program on it. */
export interface InteropProgram {
  /** Of the client. */
  readonly version: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
}

/** Somebody else's client. */
export interface InteropClient {
  /** Names its topics and groups, too: `<name>-failover`. */
  readonly name: string;
  readonly summary: string;
  /**
   * Fetches it from its public registry unless it is there, and builds the program.
   *
   * @throws UnavailableClientError
   */
  prepare(options: PrepareOptions): Promise<InteropProgram>;
}

/** A client cannot be had here: its checks are skipped. */
export class UnavailableClientError extends Error {
  override readonly name = 'UnavailableClientError';
}
