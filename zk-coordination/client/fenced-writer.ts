import { KafkaClassicError } from '../../client/runtime/error';
import type { ZkOp, ZkOpResult } from '../multi';
import { ZkError } from '../zk-error';
import type { RetryOptions } from './retry';
import { ZnodeWriter } from './znode-writer';
import type { ZooKeeperClient } from './zookeeper-client';

/** The token that proves authority: an epoch znode and the version it had when we took office. */
export interface Fence {
  readonly path: string;
  readonly version: number;
}

/** Somebody else has taken over: every further write in the old name fails as this one did. */
export class ControllerFencedError extends KafkaClassicError {
  constructor(
    readonly fence: Fence,
    cause: unknown,
  ) {
    super(`The epoch at ${fence.path} has moved on from version ${fence.version}.`, {
      code: 'CONTROLLER_FENCED',
      retriable: false,
      advice: 'Resign and let go of all state held under the old epoch.',
      cause,
    });
  }
}

/**
 * Writes that take effect only while the epoch znode is at the version we hold (R8): each is a
 * multi whose first operation checks it. Kafka's `wrapRequestWithControllerEpochCheck`.
 *
 * All methods throw ControllerFencedError once the epoch has moved on.
 */
export class FencedWriter extends ZnodeWriter {
  constructor(
    zk: ZooKeeperClient,
    readonly fence: Fence,
    options?: RetryOptions,
  ) {
    super(zk, options);
  }

  protected override async execute(ops: readonly ZkOp[]): Promise<ZkOpResult[]> {
    try {
      const results = await this.zk.multi([{ type: 'check', ...this.fence }, ...ops]);
      return results.slice(1);
    } catch (error) {
      throw error instanceof ZkError ? this.translate(error) : error;
    }
  }

  private translate(error: ZkError): Error {
    if (error.index === 0 && ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) {
      return new ControllerFencedError(this.fence, error);
    }
    if (error.index === undefined) return error;
    return new ZkError(error.code, {
      op: error.op,
      path: error.path,
      index: error.index - 1,
      outcome: error.outcome,
      sessionId: error.sessionId,
      number: error.number ?? undefined,
      cause: error,
    });
  }
}
