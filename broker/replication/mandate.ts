/** What is known of the broker's own registration. */
export interface Registration {
  /** Whether it is registered in the present ZooKeeper session. */
  isRegistered(): boolean;
  /** Of its latest registration, -1 before the first. */
  brokerEpoch(): number;
}

/**
 * Whether the controller has told the present life of this broker what it leads. What it led in a
 * session that is over may be led by others since; a new session alone does not say that, only the
 * controller's first instructions to the new registration do.
 */
export class Mandate {
  /** Before the first instructions there is nothing to lead. */
  private givenTo = Infinity;

  constructor(private readonly registration: Registration) {}

  /**
   * All that the broker leads has been told and done.
   *
   * @param brokerEpoch whom it was told; -1 for whichever lives
   */
  given(brokerEpoch: number): void {
    this.givenTo = brokerEpoch < 0 ? this.registration.brokerEpoch() : brokerEpoch;
  }

  isHeld(): boolean {
    // The controller may know of a registration before the broker itself does.
    return this.registration.isRegistered() && this.givenTo >= this.registration.brokerEpoch();
  }
}
