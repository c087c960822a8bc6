import { ProtocolError } from '../../../client/protocol/protocol-error';

/** Share of a block from which the next one is asked for. */
const PREFETCH_SHARE = 0.9;

/** A run of producer ids, given away one by one. */
export class ProducerIdBlock {
  static readonly empty = new ProducerIdBlock(0, 0);
  private used = 0;

  constructor(
    readonly first: number,
    readonly length: number,
  ) {}

  get isUsedUp(): boolean {
    return this.used === this.length;
  }

  get isNearlyUsedUp(): boolean {
    return this.used >= this.length * PREFETCH_SHARE;
  }

  /** The next id; undefined when all are given away. */
  take(): number | undefined {
    return this.isUsedUp ? undefined : this.first + this.used++;
  }
}

/**
 * The block in a controller's answer.
 *
 * @throws ProtocolError when the controller refused, or answered what cannot be
 */
export function producerIdBlock(answer: {
  readonly errorCode: number;
  readonly producerIdStart: number;
  readonly producerIdLen: number;
}): ProducerIdBlock {
  const { errorCode, producerIdStart: first, producerIdLen: length } = answer;
  const refusal = ProtocolError.fromCode(errorCode);
  if (refusal) throw refusal;
  if (first < 0 || length < 1 || !Number.isSafeInteger(first + length)) {
    throw new ProtocolError(
      'UNKNOWN_SERVER_ERROR',
      `The controller gave away ${length} producer ids from ${first} on.`,
    );
  }
  return new ProducerIdBlock(first, length);
}
