/** The way to one broker. */
export class BrokerLane {
  /** Produce requests that are not answered. */
  inFlight = 0;
  /** Whether a connection is being opened. */
  connecting = false;

  constructor(readonly nodeId: number) {}
}
