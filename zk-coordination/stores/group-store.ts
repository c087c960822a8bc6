import { childrenOf } from '../client/delete-subtree';
import { ensurePath } from '../client/ensure-path';
import { retrying, type RetryOptions } from '../client/retry';
import { find, statOf, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { ZkOp } from '../multi';
import type { NodeData } from '../session-contract';
import { ZkError } from '../zk-error';
import { ClaimedGroup } from './claimed-group';
import { type BrokerEpoch, brokerEpoch } from './epochs';
import { encodeGroupNode, NO_GROUP } from './group-node';
import { decodedNode, readGroup } from './group-reader';
import type { GroupContents } from './group-record';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import { encodeJson, ZnodeJson } from './znode-json';
import { nameOfZnode, znodeName } from './znode-name';

/** A broker that coordinates a group, and the life of it in which it claimed the group. */
export interface GroupClaimant {
  readonly brokerId: number;
  readonly brokerEpoch: BrokerEpoch;
}

/** Who coordinates a group. */
export interface GroupCoordination {
  readonly claimant: GroupClaimant | null;
  /** Whom the last coordinator proposed when it let go; asked for only where nobody has claimed it. */
  readonly successor: number | null;
  /** Whether it is to be removed: whoever claims it does that first. Told of unclaimed groups only. */
  readonly isDead: boolean;
}

/** Of a claim that cannot be read. */
const UNKNOWN_CLAIMANT: GroupClaimant = { brokerId: -1, brokerEpoch: brokerEpoch(-1n) };
const EMPTY: GroupContents = { group: null, offsets: new Map() };
/** How often a group is read again that changes while it is read. */
const READ_ATTEMPTS = 10;

/**
 * `/consumers`: the groups, and the claims of the brokers that coordinate them. Any text is a legal
 * group id.
 */
export class GroupStore {
  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly options?: RetryOptions,
  ) {}

  /** Ids of all groups, and of some that were. */
  async list(): Promise<string[]> {
    const names = (await childrenOf(this.zk, paths.consumers)) ?? [];
    return names.map(nameOfZnode).filter((name) => name !== null);
  }

  async coordination(groupId: string): Promise<GroupCoordination> {
    const group = znodeName(groupId);
    const claim = await this.find(paths.groupCoordinator(group));
    const claimant = claim && ((await this.decodeClaim(group, claim)) ?? UNKNOWN_CLAIMANT);
    if (claimant !== null) return { claimant, successor: null, isDead: false };
    const root = await this.find(paths.group(group));
    const node = root === null ? NO_GROUP : await decodedNode(this.zk, group, root);
    return { claimant: null, successor: node.successor, isDead: node.facts === 'Dead' };
  }

  /** A group as it was at one moment, whoever has claimed it. */
  async read(groupId: string): Promise<GroupContents> {
    const group = znodeName(groupId);
    for (let attempt = 1; ; attempt++) {
      const root = await this.find(paths.group(group));
      if (root === null) return EMPTY;
      const { contents } = await readGroup(this.zk, group, root);
      const after = await this.find(paths.group(group));
      const isSame =
        after?.stat.czxid === root.stat.czxid && after.stat.version === root.stat.version;
      // One that never rests is described as well as can be.
      if (isSame || attempt === READ_ATTEMPTS) return contents;
    }
  }

  /**
   * Claims a group for a broker, in one write that also fences whoever had it before.
   *
   * @returns the group, loaded; or who has claimed it: another session, which is alive
   */
  async claim(groupId: string, claimant: GroupClaimant): Promise<ClaimedGroup | GroupClaimant> {
    const group = znodeName(groupId);
    const path = paths.groupCoordinator(group);
    const data = encodeClaim(claimant);
    const ended = new Set<bigint>();
    for (;;) {
      const version = await this.tryClaim(group, data);
      if (version !== null) return ClaimedGroup.load(this.zk, groupId, version, this.options);
      const holder = await this.find(path);
      if (holder === null) continue;
      const owner = holder.stat.ephemeralOwner;
      if (owner === this.zk.sessionId) await this.remove(path, holder.stat.version);
      else if (!(await this.endOwn(path, holder, ended))) {
        return (await this.decodeClaim(group, holder)) ?? UNKNOWN_CLAIMANT;
      }
    }
  }

  /** @returns the group epoch; null when somebody has claimed it, or was faster */
  private async tryClaim(group: string, data: Buffer): Promise<number | null> {
    const [path, claim] = [paths.group(group), paths.groupCoordinator(group)];
    const root = await this.find(path);
    const own: ZkOp = { type: 'create', path: claim, data, ephemeral: true };
    const node = root === null ? NO_GROUP : await decodedNode(this.zk, group, root);
    const next = encodeGroupNode({ ...node, successor: null });
    const ops: ZkOp[] =
      root === null
        ? [{ type: 'create', path, data: null }, { type: 'set', path, data: next, version: 0 }, own]
        : [{ type: 'set', path, data: next, version: root.stat.version }, own];
    try {
      const results = await new ZnodeWriter(this.zk, this.options).multi(ops);
      const set = results[root === null ? 1 : 0];
      return statOf(set).version;
    } catch (error) {
      if (root === null && ZkError.hasCode(error, 'NO_NODE'))
        await ensurePath(this.zk, paths.consumers);
      if (ZkError.hasCode(error, 'NODE_EXISTS', 'BAD_VERSION', 'NO_NODE')) return null;
      throw error;
    }
  }

  /**
   * Ends a previous session of this process, or of the one before, that still holds the claim.
   *
   * @returns false when the claim is not such a one
   */
  private async endOwn(path: string, holder: NodeData, ended: Set<bigint>): Promise<boolean> {
    const owner = holder.stat.ephemeralOwner;
    // Whose session is dead for certain cannot be harmed any more (ZOOKEEPER-2985). What is not
    // ephemeral is nobody's claim.
    if (ended.has(owner) || owner === 0n) await this.remove(path, holder.stat.version);
    else if (this.zk.isOwnPrevious(owner)) {
      const verdict = await this.zk.closeOwnPrevious(owner, this.zk.negotiatedTimeoutMs);
      if (verdict === 'unreachable') return false;
      ended.add(owner);
      await retrying(this.zk, () => this.zk.sync(path), this.options);
    } else return false;
    return true;
  }

  private async remove(path: string, version: number): Promise<void> {
    try {
      await new ZnodeWriter(this.zk, this.options).delete(path, version);
    } catch (error) {
      if (!ZkError.hasCode(error, 'NO_NODE', 'BAD_VERSION')) throw error;
    }
  }

  private find(path: string): Promise<NodeData | null> {
    return retrying(this.zk, () => find(this.zk, path), this.options);
  }

  private decodeClaim(group: string, { data }: NodeData): Promise<GroupClaimant | null> {
    const decode = async () => decodeClaim(paths.groupCoordinator(group), data);
    return skipMalformed(this.zk.logger, decode());
  }
}

function encodeClaim({ brokerId, brokerEpoch: epoch }: GroupClaimant): Buffer {
  return encodeJson({ version: 1, broker: brokerId, brokerEpoch: String(epoch) });
}

/** @throws MalformedZnodeError */
function decodeClaim(path: string, data: Buffer | null): GroupClaimant {
  const json = ZnodeJson.parse(path, data);
  const epoch = json.longString('brokerEpoch');
  return { brokerId: json.int('broker'), brokerEpoch: brokerEpoch(BigInt(epoch)) };
}
