import { KafkaClassicError } from '../../client/runtime/error';

/** A znode does not hold what Kafka's format says. */
export class MalformedZnodeError extends KafkaClassicError {
  constructor(
    readonly path: string,
    /** What is wrong, e.g. `field "leader" is missing`. */
    readonly problem: string,
    cause?: unknown,
  ) {
    super(`The znode ${path} is malformed: ${problem}.`, {
      code: 'MALFORMED_ZNODE',
      retriable: false,
      advice: 'Look at it with zookeeper-shell; find out who wrote it, then mend or delete it.',
      cause,
    });
  }
}
