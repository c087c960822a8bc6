/** What is sent to partition 0 of a topic, and read back from its beginning. */
export interface Load {
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
}

export interface Delivery {
  readonly seconds: number;
  /** From the call to the acknowledgement, without the first tenth of the records. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A client under load, with the same options as the one it is compared with. */
export interface LoadClient {
  /** @param rate records a second; 0 for as many as it can */
  produce(load: Load, rate: number): Promise<Delivery>;
  /** @returns seconds */
  consume(load: Load): Promise<number>;
}
