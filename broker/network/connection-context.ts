import type { FrameBuffers } from '../../client/protocol/frame-buffers';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import type { ComplaintLog } from './complaint-log';
import type { LivenessOptions } from './liveness';
import type { NetworkMetrics } from './network-metrics';
import type { RequestBudget } from './request-budget';
import type { ConnectionInfo, RequestHandler } from './request-handler';
import type { SharedReads } from './shared-reads';

export interface ConnectionOptions extends LivenessOptions {
  /** `socket.request.max.bytes`. */
  readonly maxRequestBytes: number;
  /** `socket.max.in.flight.requests`. */
  readonly maxInFlightRequests: number;
  /** `socket.write.queue.max.bytes`. */
  readonly maxWriteQueueBytes: number;
}

/** What all connections of a broker share. */
export interface ConnectionContext {
  readonly options: ConnectionOptions;
  readonly handler: RequestHandler;
  readonly budget: RequestBudget;
  /** Where what comes is read into. */
  readonly reads: SharedReads;
  /** Where requests lie while they are worked on. */
  readonly frames: FrameBuffers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly complaints: ComplaintLog;
  readonly metrics: NetworkMetrics;
}

export type ConnectionIdentity = Omit<ConnectionInfo, 'codecName'>;
