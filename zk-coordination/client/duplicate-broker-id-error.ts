import { KafkaClassicError } from '../../client/runtime/error';

/** The ephemeral we need is held by a living session that is not ours. It is never taken away. */
export class DuplicateBrokerIdError extends KafkaClassicError {
  constructor(
    readonly path: string,
    readonly owner: bigint,
    waitedMs: number,
  ) {
    super(
      `${path} is held by session 0x${owner.toString(16)}, ` +
        `which did not end within ${Math.round(waitedMs)} ms.`,
      {
        code: 'DUPLICATE_BROKER_ID',
        retriable: false,
        advice: 'Another broker runs with this broker.id: stop it, or give this one another id.',
      },
    );
  }
}
