import { EventEmitter } from 'node:events';
import { systemClock } from '../runtime/clock';
import { describeError } from '../runtime/error';
import { KafkaJSNonRetriableError } from './errors';
import type { Logger } from './logger';

export interface InstrumentationEvent<T> {
  /** Counts up over all clients of the process. */
  id: string;
  type: string;
  /** Milliseconds since 1970. */
  timestamp: number;
  payload: T;
}

export type RemoveInstrumentationEventListener<T> = T extends string ? () => void : never;

let nextId = 0;

/** Hands instrumentation events to those who listen; what nobody listens to is not made. */
export class Instrumentation {
  private readonly emitter = new EventEmitter();

  /**
   * @param of as in `consumer.events`, for error texts
   * @param events names by key
   */
  constructor(
    private readonly of: string,
    private readonly events: Readonly<Record<string, string>>,
    private readonly logger: Logger,
  ) {
    this.emitter.setMaxListeners(0);
  }

  /**
   * What a listener throws is logged.
   *
   * @returns a function that takes the listener away
   * @throws KafkaJSNonRetriableError for an event there is not
   */
  on(type: string, listener: (event: never) => unknown): () => void {
    if (!Object.values(this.events).includes(type)) {
      const known = Object.keys(this.events).map((key) => `${this.of}.events.${key}`);
      throw new KafkaJSNonRetriableError(`Event name should be one of ${known.join(', ')}`);
    }
    const failed = (error: unknown): void =>
      this.logger.error(`Failed to execute listener: ${describeError(error)}`, { eventName: type });
    const told = (event: InstrumentationEvent<unknown>): void => {
      try {
        Promise.resolve(listener(event as never)).catch(failed);
      } catch (error) {
        failed(error);
      }
    };
    this.emitter.on(type, told);
    return () => void this.emitter.off(type, told);
  }

  emit<T>(type: string, payload: T): void {
    if (this.emitter.listenerCount(type) === 0) return;
    const event: InstrumentationEvent<T> = {
      // A number, though KafkaJS's types call it a string: that is what programs get there.
      id: nextId++ as unknown as string,
      type,
      timestamp: systemClock.now(),
      payload,
    };
    this.emitter.emit(type, event);
  }
}
