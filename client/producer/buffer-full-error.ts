import { KafkaClassicError } from '../runtime/error';

/** No room for a record within `maxBlockMs`. Code `BUFFER_FULL`, retriable; it was not sent. */
export class BufferFullError extends KafkaClassicError {
  constructor(topic: string, maxBlockMs: number, bufferMemory: number) {
    super(
      `No room for a record of topic "${topic}" within ${maxBlockMs} ms: the producer's bufferMemory of ${bufferMemory} bytes is full of records that are not acknowledged.`,
      {
        code: 'BUFFER_FULL',
        retriable: true,
        advice:
          'Await deliveries or drained() before sending more, look at why brokers are slow, or raise bufferMemory.',
      },
    );
  }
}
