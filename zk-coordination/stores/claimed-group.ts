import { childrenOf, deleteSubtree } from '../client/delete-subtree';
import { ControllerFencedError, FencedWriter } from '../client/fenced-writer';
import { retrying, type RetryOptions } from '../client/retry';
import { find, statOf, ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { ANY_VERSION, type ZkOp } from '../multi';
import { ZkError } from '../zk-error';
import { GroupFencedError } from './group-fenced-error';
import { encodeMember, encodeMemberBriefly } from './group-member-znode';
import { encodeGroupNode, type GroupNode, NO_GROUP } from './group-node';
import { encodeOffset } from './group-offset-znode';
import { GroupPieces, piecesOf } from './group-pieces';
import { type GroupReading, readGroup } from './group-reader';
import type {
  GroupContents,
  GroupOffsetChange,
  GroupRecord,
  PartitionOwners,
} from './group-record';
import { bytesOf, chunksOf, MAX_CHUNK_BYTES, MAX_CHUNK_OPS } from './group-write-size';
import type { SubtreeChanges } from './known-subtree';
import { paths } from './paths';
import { znodeName } from './znode-name';

/** How often a write is planned anew because somebody has changed znodes by hand. */
const PLANS = 3;

/**
 * A group that this session has claimed. All writes are fenced by the version of the group's znode,
 * the group epoch, and have to be made one after the other.
 *
 * All methods throw GroupFencedError once somebody else has claimed the group. After any failure
 * but TOO_LARGE the claim is of no more use: what was written is not known.
 */
export class ClaimedGroup {
  private readonly group: string;
  private readonly pieces: GroupPieces;
  private writes = 0;
  /** What is not right yet in what is only for people to look at. */
  private untidy: { readonly view: ViewOfMembers | null } | null = null;

  private constructor(
    private readonly zk: ZooKeeperClient,
    readonly groupId: string,
    private version: number,
    private reading: GroupReading,
    private readonly options: RetryOptions | undefined,
  ) {
    this.group = znodeName(groupId);
    this.pieces = new GroupPieces(zk, this.group);
  }

  /** Loads a group that was claimed, and finishes what an earlier coordinator left half done. */
  static async load(
    zk: ZooKeeperClient,
    groupId: string,
    version: number,
    options?: RetryOptions,
  ): Promise<ClaimedGroup> {
    const reading = await readAt(zk, groupId, version);
    const claimed = new ClaimedGroup(zk, groupId, version, reading, options);
    await claimed.recover();
    return claimed;
  }

  get contents(): GroupContents {
    return this.reading.contents;
  }

  /**
   * Stores members, generation and owners, all or nothing. What is too large for one write is
   * written aside first and becomes valid by the one small write of the group's znode. After it,
   * {@link tidy} has work to do.
   */
  async saveGroup(group: GroupRecord, owners: PartitionOwners): Promise<void> {
    const { members, ...facts } = group;
    const whole = this.view(
      members.map((one) => [one.memberId, encodeMember(one)]),
      owners,
    );
    const hadPieces = this.reading.node.assignmentRef !== null;
    await this.planned(async () => {
      const plan = this.reading.membership.plan(this.changesFor(whole));
      const node: GroupNode = { facts, assignmentRef: null, successor: null };
      if (plan.ops.length < MAX_CHUNK_OPS && bytesOf(plan.ops) <= MAX_CHUNK_BYTES) {
        await this.setNode(node, plan.ops);
        plan.done();
        if (hadPieces) this.untidy = { view: null };
        return;
      }
      const name = `${facts.generation}-${this.version}-${this.writes++}`;
      const assignmentRef = await this.fenced((writer) =>
        this.pieces.write(name, piecesOf(members), writer),
      );
      await this.setNode({ ...node, assignmentRef }, []);
      const brief = members.map((one) => [one.memberId, encodeMemberBriefly(one)] as const);
      this.untidy = { view: this.view(brief, owners) };
    });
  }

  /** Removes what is superseded, and brings up to date what is only for people to look at. */
  async tidy(): Promise<void> {
    if (this.untidy === null) return;
    const { view } = this.untidy;
    await this.removePieces();
    if (view !== null) {
      await this.planned(() => this.write('membership', this.changesFor(view)));
    }
    this.untidy = null;
  }

  /** Stores offsets. Each partition's by itself is written or not. */
  async saveOffsets(changes: readonly GroupOffsetChange[]): Promise<void> {
    const encoded = new Map<string, Buffer | null>();
    for (const { topic, partition, committed } of changes) {
      const path = paths.groupOffset(this.group, znodeName(topic), partition);
      encoded.set(path, committed && encodeOffset(committed));
    }
    await this.planned(() => this.write('offsets', encoded));
  }

  /** Removes the group and all below it, and ends the claim. */
  async remove(): Promise<void> {
    await this.setNode({ ...NO_GROUP, facts: 'Dead' }, []);
    for (;;) {
      await this.removeContents();
      try {
        return await this.endClaim({
          type: 'delete',
          path: paths.group(this.group),
          version: this.version,
        });
      } catch (error) {
        // A consumer of 0.8 registers in it at this moment.
        if (!ZkError.hasCode(error, 'NOT_EMPTY')) throw error;
      }
    }
  }

  /**
   * Ends the claim. A group of which nothing is stored is removed.
   *
   * @param successor the broker that had better be the next; null for none
   */
  async release(successor: number | null): Promise<void> {
    const { node, membership, offsets } = this.reading;
    const isNothing = node.facts === null && membership.isEmpty && offsets.isEmpty;
    if (isNothing) return this.remove();
    const data = encodeGroupNode({ ...node, successor });
    const path = paths.group(this.group);
    await this.endClaim({ type: 'set', path, data, version: this.version });
  }

  private async recover(): Promise<void> {
    if (this.reading.node.facts === 'Dead') {
      await this.removeContents();
      await this.setNode(NO_GROUP, []);
      await this.reload();
    } else await this.removePieces();
  }

  /** What shall be below `ids` and `owners`. */
  private view(
    members: readonly (readonly [memberId: string, data: Buffer])[],
    owners: PartitionOwners,
  ): ViewOfMembers {
    const ids = new Map<string, Buffer>();
    for (const [memberId, data] of members) {
      ids.set(paths.groupMember(this.group, znodeName(memberId)), data);
    }
    const owned = new Map<string, Buffer>();
    for (const [topic, partitions] of owners) {
      for (const [partition, memberId] of partitions) {
        const path = paths.groupOwner(this.group, znodeName(topic), partition);
        owned.set(path, Buffer.from(memberId, 'utf8'));
      }
    }
    return { ids, owned };
  }

  private changesFor({ ids, owned }: ViewOfMembers): SubtreeChanges {
    const { membership } = this.reading;
    return new Map([
      ...membership.differences(paths.groupMembers(this.group), ids),
      ...membership.differences(paths.groupOwners(this.group), owned),
    ]);
  }

  /** Writes changes in as many multis as they take. */
  private async write(part: 'membership' | 'offsets', changes: SubtreeChanges): Promise<void> {
    for (const chunk of chunksOf(changes)) {
      const plan = this.reading[part].plan(chunk);
      await this.fenced((writer) => writer.multi(plan.ops));
      plan.done();
    }
  }

  /** One write of the group's znode, and of others with it. The version is then one higher. */
  private async setNode(node: GroupNode, others: readonly ZkOp[]): Promise<void> {
    const set: ZkOp = {
      type: 'set',
      path: paths.group(this.group),
      data: encodeGroupNode(node),
      version: this.version,
    };
    const results = await this.fencedBySelf([set, ...others]);
    this.version = statOf(results[0]).version;
    this.reading = { ...this.reading, node };
  }

  /** @param last what else happens to the group's znode, conditional on its version */
  private async endClaim(last: ZkOp): Promise<void> {
    const path = paths.groupCoordinator(this.group);
    const claim: ZkOp = { type: 'delete', path, version: ANY_VERSION };
    try {
      // The claim first: a znode is deleted after its children.
      await new ZnodeWriter(this.zk, this.options).multi([claim, last]);
    } catch (error) {
      // Somebody has deleted it by hand.
      if (ZkError.hasCode(error, 'NO_NODE') && error.index === 0) {
        await this.fencedBySelf([last]);
        return;
      }
      throw this.translate(error, 1);
    }
  }

  private async removeContents(): Promise<void> {
    const root = paths.group(this.group);
    const names = (await childrenOf(this.zk, root)) ?? [];
    for (const name of names) {
      const path = `${root}/${name}`;
      if (path === paths.groupCoordinator(this.group)) continue;
      await this.fenced((writer) => deleteSubtree(this.zk, path, writer));
    }
  }

  private async removePieces(): Promise<void> {
    const { assignmentRef } = this.reading.node;
    await this.fenced((writer) => this.pieces.removeOthers(assignmentRef, writer));
  }

  private async fenced<T>(write: (writer: ZnodeWriter) => Promise<T>): Promise<T> {
    const fence = { path: paths.group(this.group), version: this.version };
    try {
      return await write(new FencedWriter(this.zk, fence, this.options));
    } catch (error) {
      throw this.translate(error);
    }
  }

  /** The first operation is conditional on the version itself. */
  private async fencedBySelf(ops: readonly ZkOp[]) {
    try {
      return await new ZnodeWriter(this.zk, this.options).multi(ops);
    } catch (error) {
      throw this.translate(error, 0);
    }
  }

  private translate(error: unknown, fencing?: number): unknown {
    const isRefused =
      error instanceof ControllerFencedError ||
      (ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE') && error.index === fencing);
    return isRefused ? new GroupFencedError(this.groupId, this.version, error) : error;
  }

  /** What was believed to be there may not be: somebody has been at it by hand. */
  private async planned(act: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        const isSurprise = ZkError.hasCode(error, 'NO_NODE', 'NODE_EXISTS', 'NOT_EMPTY');
        if (!isSurprise || attempt === PLANS) throw error;
        await this.reload();
      }
    }
  }

  private async reload(): Promise<void> {
    this.reading = await readAt(this.zk, this.groupId, this.version);
  }
}

interface ViewOfMembers {
  readonly ids: ReadonlyMap<string, Buffer>;
  readonly owned: ReadonlyMap<string, Buffer>;
}

/** @throws GroupFencedError when it has another version */
async function readAt(
  zk: ZooKeeperClient,
  groupId: string,
  version: number,
): Promise<GroupReading> {
  const group = znodeName(groupId);
  const root = await retrying(zk, () => find(zk, paths.group(group)));
  if (root?.stat.version !== version) throw new GroupFencedError(groupId, version);
  return readGroup(zk, group, root);
}
