/** A response, there already or still to come. A link of the queue's own list. */
export interface QueuedResponse {
  ready: boolean;
  next: this | undefined;
}

/**
 * Puts responses that become ready in any order into the order of their requests (one connection's
 * responses, PROTOCOL.md).
 */
export class ResponseQueue<R extends QueuedResponse> {
  private head: R | undefined;
  private tail: R | undefined;
  private length = 0;

  /** How many wait, ready or not. */
  get size(): number {
    return this.length;
  }

  /** Takes a place for the response of the request that has just come. */
  add(response: R): void {
    if (this.tail) this.tail.next = response;
    else this.head = response;
    this.tail = response;
    this.length++;
  }

  /** Takes the next response if it is its turn. */
  takeReady(): R | undefined {
    const { head } = this;
    if (!head?.ready) return undefined;
    return this.take();
  }

  /** Takes the next response, ready or not. */
  take(): R | undefined {
    const { head } = this;
    if (!head) return undefined;
    this.head = head.next;
    if (!this.head) this.tail = undefined;
    head.next = undefined;
    this.length--;
    return head;
  }
}
