import { KafkaClassicError } from '../../../client/runtime/error';

/** A broker could not be harmed or mended as a drill asked for. */
export class DrillTargetError extends KafkaClassicError {
  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { code: 'DRILL_TARGET_FAILED', retriable: false, advice, cause });
  }
}
