import type { ConnectionContext } from './connection-context';
import { PendingRequest, type PendingResponse } from './pending-request';
import { ResponseQueue } from './response-queue';
import { ResponseWriter, runAll, type WritableEnd } from './response-writer';

/** Who is told how the responses get on. */
export interface OutletEvents {
  /** A response is there, and what its turn allowed has gone out. */
  onAnswered(): void;
  /** The peer does not take what is written; told again with each response until it does. */
  onFull(): void;
  /** The response that went out is to be the last. */
  onLast(): void;
}

/** The part of a socket that responses go out by. */
export interface OutletSocket extends WritableEnd {
  readonly writableNeedDrain: boolean;
}

/**
 * The responses of one connection: each has its place in the order of the requests and goes out
 * when those before it have.
 */
export class ResponseOutlet {
  private readonly queue = new ResponseQueue<PendingResponse>();
  private readonly writer: ResponseWriter;
  private flushScheduled = false;
  private over = false;

  constructor(
    private readonly socket: OutletSocket,
    private readonly context: Pick<
      ConnectionContext,
      'options' | 'clock' | 'metrics' | 'budget' | 'frames'
    >,
    private readonly events: OutletEvents,
  ) {
    this.writer = new ResponseWriter(socket, context.frames);
  }

  /** Requests not answered yet. */
  get inFlight(): number {
    return this.queue.size;
  }

  /** Bytes of responses that have not reached the system. */
  get queuedBytes(): number {
    return this.writer.queuedBytes;
  }

  /** Whether nothing goes out any more. */
  get closed(): boolean {
    return this.over;
  }

  /** Takes a place for the response of the request that has just come. */
  add(response: PendingResponse): void {
    this.queue.add(response);
  }

  /** The response is there; it and those behind it go out as far as it is their turn. */
  complete(response: PendingResponse): void {
    response.ready = true;
    if (this.over) {
      this.drop(response);
      return;
    }
    for (let next = this.queue.takeReady(); next; next = this.queue.takeReady()) {
      this.write(next);
      if (next.closesConnection) {
        this.events.onLast();
        return;
      }
    }
    this.events.onAnswered();
  }

  /** Hands what is ready to the system. */
  flush(): void {
    this.writer.flush();
  }

  /** Everything that becomes ready in this turn of the event loop goes out together. */
  flushSoon(): void {
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    process.nextTick(() => {
      this.flushScheduled = false;
      this.writer.flush();
    });
  }

  /** Hands over what is ready; what becomes ready later is dropped. */
  end(): void {
    this.writer.flush();
    this.over = true;
    for (let next = this.queue.take(); next; next = this.queue.take()) {
      // Those not ready let go when their handler is done.
      if (next.ready) this.drop(next);
    }
  }

  /** The socket is gone. */
  abandon(): void {
    this.writer.abandon();
    this.end();
  }

  private write(response: PendingResponse): void {
    const { parts } = response;
    const { clock, metrics, budget } = this.context;
    const callbacks = response.takeSentCallbacks();
    let bytes = 0;
    if (parts) {
      bytes = this.writer.add(parts, callbacks);
      this.checkWriteQueue();
    } else if (callbacks) {
      runAll(callbacks);
    }
    if (response instanceof PendingRequest) {
      metrics.requestAnswered(response.api, clock.monotonic() - response.receivedAt, bytes);
    }
    budget.give(response.requestBytes);
  }

  private checkWriteQueue(): void {
    const { maxWriteQueueBytes } = this.context.options;
    if (this.writer.queuedBytes <= maxWriteQueueBytes) return;
    this.writer.flush();
    if (this.writer.queuedBytes > maxWriteQueueBytes && this.socket.writableNeedDrain) {
      this.events.onFull();
    }
  }

  /** Lets go of a response that nobody will read. */
  private drop(response: PendingResponse): void {
    response.parts = undefined;
    runAll(response.takeSentCallbacks() ?? []);
    this.context.budget.give(response.requestBytes);
  }
}
