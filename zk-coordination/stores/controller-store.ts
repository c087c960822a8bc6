import { type Fence, FencedWriter } from '../client/fenced-writer';
import { retrying } from '../client/retry';
import type { Change, WatchCell } from '../client/watch-cell';
import { find, statOf, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION } from '../multi';
import type { NodeData } from '../session-contract';
import { ZkError } from '../zk-error';
import { type ControllerEpoch, controllerEpoch } from './epochs';
import { MalformedZnodeError } from './malformed-znode-error';
import { observeDecoded } from './observe-decoded';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

/** Who is the controller, as `/controller` says. */
export interface ControllerRegistration {
  readonly brokerId: number;
  /** Of its election, ms since the epoch. */
  readonly timestamp: number;
  /** Tells two elections of the same broker apart. */
  readonly czxid: bigint;
  readonly owner: bigint;
}

/** Having been elected: the epoch, and the fence for every write made under it. */
export interface ControllerOffice {
  readonly epoch: ControllerEpoch;
  readonly fence: Fence;
}

export type ElectionResult =
  | ({ readonly elected: true } & ControllerOffice)
  /** `controller` is null when the winner is gone again: try once more. */
  | { readonly elected: false; readonly controller: ControllerRegistration | null };

/** `/controller` and `/controller_epoch`. */
export class ControllerStore {
  private readonly writer: ZnodeWriter;

  constructor(private readonly zk: ZooKeeperClient) {
    this.writer = new ZnodeWriter(zk);
  }

  /**
   * Runs for controller: one multi creates `/controller` and raises `/controller_epoch` from what
   * it was when read (Kafka's `registerControllerAndIncrementControllerEpoch`).
   */
  async elect(brokerId: number): Promise<ElectionResult> {
    const { epoch, version } = await this.readEpoch();
    const data = encodeJson({
      version: 2,
      brokerid: brokerId,
      timestamp: String(this.zk.clock.now()),
      kraftControllerEpoch: -1,
    });
    const next = controllerEpoch(epoch + 1);
    try {
      const results = await this.writer.multi([
        { type: 'create', path: paths.controller, data, ephemeral: true },
        { type: 'set', path: paths.controllerEpoch, data: Buffer.from(String(next)), version },
      ]);
      const fence = { path: paths.controllerEpoch, version: statOf(results[1]).version };
      return { elected: true, epoch: next, fence };
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS', 'BAD_VERSION')) throw error;
      return { elected: false, controller: await this.get() };
    }
  }

  /** @throws MalformedZnodeError */
  async get(): Promise<ControllerRegistration | null> {
    const node = await retrying(this.zk, () => find(this.zk, paths.controller));
    return node === null ? null : decodeController(node);
  }

  /** Tells the controller now and at every change; null while there is none: run for it. */
  observe(listener: (change: Change<ControllerRegistration>) => void): WatchCell<'data'> {
    return observeDecoded(this.zk, paths.controller, decodeController, listener);
  }

  /** Content and zkVersion of `/controller_epoch`, which is created with epoch 0 when missing. */
  async readEpoch(): Promise<{ epoch: ControllerEpoch; version: number }> {
    const path = paths.controllerEpoch;
    for (;;) {
      const node = await retrying(this.zk, () => find(this.zk, path));
      if (node !== null) return { epoch: decodeEpoch(node), version: node.stat.version };
      try {
        await this.writer.create(path, Buffer.from('0'));
      } catch (error) {
        if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
      }
    }
  }

  /**
   * Gives up the office, so that another election begins at once.
   *
   * @throws ControllerFencedError when somebody else is in office already
   */
  async resign(office: ControllerOffice): Promise<void> {
    try {
      await new FencedWriter(this.zk, office.fence).delete(paths.controller, ANY_VERSION);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE')) throw error;
    }
  }
}

function decodeController({ data, stat }: NodeData): ControllerRegistration {
  const json = ZnodeJson.parse(paths.controller, data);
  return {
    brokerId: json.int('brokerid'),
    timestamp: json.longString('timestamp', 0),
    czxid: stat.czxid,
    owner: stat.ephemeralOwner,
  };
}

function decodeEpoch({ data }: NodeData): ControllerEpoch {
  const text = data?.toString('utf8') ?? '';
  if (/^\d+$/.test(text)) return controllerEpoch(Number(text));
  throw new MalformedZnodeError(paths.controllerEpoch, `"${text}" is not a number`);
}
