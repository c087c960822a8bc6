import type { Trace } from '../time/trace';
import type { World } from '../time/world';
import type { Link } from './link';

/** What travels on a connection. */
export type Parcel = Buffer | 'connected' | 'fin' | 'reset';

/** The end of a connection at which parcels arrive. */
export interface Receiver {
  receive(parcel: Parcel): void;
  /** The bytes have left this end's own buffers and the network's. */
  acknowledged(bytes: number): void;
}

/** One direction of a connection: whatever goes in comes out in the same order, later. */
export class Pipe {
  private lastArrival = 0;
  private readonly held: Parcel[] = [];
  private bytesLeft = Infinity;

  /** @param onCut the connection is to break now, for both ends */
  constructor(
    private readonly id: number,
    private readonly world: World,
    private readonly link: Link,
    private readonly trace: Trace,
    private readonly receiver: Receiver,
    private readonly onCut: () => void,
  ) {}

  send(parcel: Parcel): void {
    this.lastArrival = Math.max(this.lastArrival, this.world.now + this.link.travelMs());
    this.world.after(this.lastArrival - this.world.now, () => this.arrive(parcel));
  }

  /** Lets so many bytes more through; with the next one the connection breaks. */
  cutAfter(bytes: number): void {
    this.bytesLeft = bytes;
  }

  private arrive(parcel: Parcel): void {
    if (this.held.length > 0 || this.link.isBlocked) {
      if (this.held.push(parcel) === 1) this.link.hold(() => this.release());
      return;
    }
    this.handOver(parcel);
  }

  private release(): void {
    if (this.link.isBlocked) {
      this.link.hold(() => this.release());
      return;
    }
    for (const parcel of this.held.splice(0)) this.handOver(parcel);
  }

  private handOver(parcel: Parcel): void {
    if (typeof parcel === 'string') {
      this.receiver.receive(parcel);
      return;
    }
    if (parcel.length > this.bytesLeft) {
      if (this.bytesLeft > 0) this.receiver.receive(parcel.subarray(0, this.bytesLeft));
      this.bytesLeft = Infinity;
      this.onCut();
      return;
    }
    this.bytesLeft -= parcel.length;
    this.trace.bytes(this.id, parcel);
    this.receiver.receive(parcel);
  }
}
