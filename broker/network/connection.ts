import type { Socket } from 'node:net';
import type { ConnectionContext, ConnectionIdentity } from './connection-context';
import type { Reapable } from './idle-reaper';
import { Liveness, type Overdue } from './liveness';
import { RequestIntake } from './request-intake';
import { RequestRunner } from './request-runner';
import { ResponseOutlet } from './response-outlet';

/**
 * One TCP connection, from accept to close: requests come in by the {@link RequestIntake}, are
 * handled by the {@link RequestRunner}, and their responses go out by the {@link ResponseOutlet}.
 */
export class Connection implements Reapable {
  private readonly liveness: Liveness;
  private readonly outlet: ResponseOutlet;
  private readonly intake: RequestIntake;
  /** From `open` on only forward. Finishing takes no more requests, ended has said its last word. */
  private state: 'open' | 'finishing' | 'ended' | 'closed' = 'open';

  private readonly socket: Socket;

  /** @param accepted see {@link SharedReads.attach} */
  constructor(
    accepted: Socket,
    readonly identity: ConnectionIdentity,
    private readonly context: ConnectionContext,
    private readonly onClosed: (connection: Connection) => void,
  ) {
    this.liveness = new Liveness(context.options, context.clock.monotonic());
    const socket = context.reads.attach(accepted, (bytes, lasting) =>
      this.intake.receive(bytes, lasting),
    );
    this.socket = socket;
    this.outlet = new ResponseOutlet(socket, context, {
      onAnswered: () => this.onAnswered(),
      onFull: () => this.intake.onWriteQueueFull(),
      onLast: () => this.end(),
    });
    const runner = new RequestRunner(identity, context, this.outlet, (reason, why, fields) =>
      this.complain(reason, why, fields),
    );
    this.intake = new RequestIntake(socket, context, this.liveness, runner, this.outlet);
    socket.on('drain', () => this.onDrain());
    socket.on('end', () => this.finish());
    socket.on('error', (error) => this.onError(error));
    socket.on('close', () => this.onSocketClosed());
  }

  /** Begins to read. */
  start(): void {
    this.intake.start();
  }

  /** Requests not answered yet. */
  get inFlight(): number {
    return this.outlet.inFlight;
  }

  /** Bytes of responses that have not reached the system. */
  get queuedResponseBytes(): number {
    return this.outlet.queuedBytes;
  }

  /** Monotonic time of the last sign of life. */
  get lastActive(): number {
    return this.liveness.lastActive;
  }

  /** Takes no more requests, answers those in the works and closes. */
  finish(): void {
    this.takeNoMore();
    if (this.outlet.inFlight === 0) this.end();
  }

  /** Closes at once. */
  destroy(): void {
    this.socket.destroy();
  }

  overdue(now: number): Overdue | undefined {
    return this.intake.started ? this.liveness.overdue(now, this.outlet.inFlight) : undefined;
  }

  reap(reason: Overdue): void {
    if (reason === 'half-sent-request') {
      this.complain(reason, 'a request has not arrived completely in time', {});
    } else {
      const fields = { event: 'connection-reaped', reason, ...this.identity };
      this.context.logger.debug(fields, 'Closing a connection that nobody uses.');
    }
    this.destroy();
  }

  private onAnswered(): void {
    if (this.state === 'finishing' && this.outlet.inFlight === 0) {
      this.end();
      return;
    }
    if (!this.intake.inTurn) this.outlet.flushSoon();
    this.intake.onAnswered();
  }

  private complain(reason: string, why: string, fields: object): void {
    const { complaints, metrics } = this.context;
    metrics.requestRejected(reason);
    complaints.warn(
      this.identity.remoteAddress,
      { event: 'connection-closed-for-cause', reason, ...this.identity, ...fields },
      `Closing a connection: ${why}.`,
    );
    this.takeNoMore();
  }

  private takeNoMore(): void {
    if (this.state !== 'open') return;
    this.state = 'finishing';
    this.intake.stop();
  }

  private end(): void {
    if (this.state === 'ended' || this.state === 'closed') return;
    this.takeNoMore();
    this.state = 'ended';
    this.liveness.finishing(this.context.clock.monotonic());
    this.outlet.end();
    this.socket.end();
    // What the peer still sends is read and dropped: closing over unread bytes would reset the
    // connection and could take the last response with it.
    this.socket.resume();
  }

  private onDrain(): void {
    this.liveness.wrote(this.context.clock.monotonic());
    this.intake.onDrain();
  }

  private onError(error: Error): void {
    const fields = { event: 'connection-error', ...this.identity, error: error.message };
    this.context.logger.debug(fields, 'A connection broke.');
  }

  private onSocketClosed(): void {
    this.takeNoMore();
    this.state = 'closed';
    this.outlet.abandon();
    this.onClosed(this);
  }
}
