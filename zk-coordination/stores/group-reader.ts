import { childrenOf } from '../client/delete-subtree';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { find } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import type { NodeData } from '../session-contract';
import { decodeMember } from './group-member-znode';
import { decodeGroupNode, type GroupNode, NO_GROUP } from './group-node';
import { decodeOffset } from './group-offset-znode';
import { GroupPieces } from './group-pieces';
import type {
  GroupContents,
  GroupFacts,
  GroupMemberRecord,
  GroupOffsetRecord,
} from './group-record';
import { KnownSubtree } from './known-subtree';
import { paths } from './paths';
import { skipMalformed } from './skip-malformed';
import { nameOfZnode } from './znode-name';

/** A group as found, and what has to be known to change it. */
export interface GroupReading {
  readonly node: GroupNode;
  readonly contents: GroupContents;
  /** Of `ids` and `owners`. */
  readonly membership: KnownSubtree;
  /** Of `offsets`. */
  readonly offsets: KnownSubtree;
}

/**
 * Reads all of a group below its znode. What cannot be understood, and what consumers of 0.8 keep
 * there, is left out.
 *
 * @param group its name as a znode
 */
export async function readGroup(
  zk: ZooKeeperClient,
  group: string,
  root: NodeData,
): Promise<GroupReading> {
  const reader = new GroupReader(zk, group);
  const [node, members, offsets] = await Promise.all([
    decodedNode(zk, group, root),
    reader.readMembers(),
    reader.readOffsets(),
    reader.readOwners(),
  ]);
  const { facts, assignmentRef } = node;
  const record =
    facts === null || facts === 'Dead'
      ? null
      : assignmentRef === null
        ? { ...facts, members }
        : await withPieces(zk, group, facts, assignmentRef);
  return {
    node,
    contents: { group: record, offsets: facts === 'Dead' ? new Map() : offsets },
    membership: reader.membership,
    offsets: reader.offsets,
  };
}

/** What the group's own znode says; a malformed one says nothing. */
export async function decodedNode(
  zk: ZooKeeperClient,
  group: string,
  { data }: NodeData,
): Promise<GroupNode> {
  const decode = async () => decodeGroupNode(paths.group(group), data);
  return (await skipMalformed(zk.logger, decode())) ?? NO_GROUP;
}

async function withPieces(
  zk: ZooKeeperClient,
  group: string,
  facts: GroupFacts,
  ref: NonNullable<GroupNode['assignmentRef']>,
) {
  const members = await skipMalformed(zk.logger, new GroupPieces(zk, group).read(ref));
  if (members !== null) return { ...facts, members };
  // Somebody has damaged it. The generation is not to be used again; the members will join again.
  return { ...facts, state: 'Empty' as const, protocol: null, leader: null, members: [] };
}

class GroupReader {
  readonly membership: KnownSubtree;
  readonly offsets: KnownSubtree;

  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly group: string,
  ) {
    this.membership = new KnownSubtree(paths.group(group), true);
    this.offsets = new KnownSubtree(paths.group(group), false);
  }

  async readMembers(): Promise<GroupMemberRecord[]> {
    const directory = paths.groupMembers(this.group);
    const names = await this.list(this.membership, directory);
    const members = await pipelined(names ?? [], async (name) => {
      const path = `${directory}/${name}`;
      const node = await this.find(path);
      if (node === null) return null;
      // An ephemeral one registers a consumer of 0.8.
      const isForeign = node.stat.ephemeralOwner !== 0n;
      this.membership.addLeaf(path, node.data, isForeign);
      if (isForeign || isBrief(node)) return null;
      return skipMalformed(this.zk.logger, (async () => decodeMember(path, node.data))());
    });
    return members.filter((member) => member !== null);
  }

  /** Only where they are: whose they are follows from the assignment. */
  async readOwners(): Promise<void> {
    await this.eachPartition(this.membership, paths.groupOwners(this.group), async (path) => {
      this.membership.addLeaf(path);
    });
  }

  async readOffsets(): Promise<Map<string, Map<number, GroupOffsetRecord>>> {
    const found = new Map<string, Map<number, GroupOffsetRecord>>();
    const directory = paths.groupOffsets(this.group);
    await this.eachPartition(this.offsets, directory, async (path, topic, partition) => {
      this.offsets.addLeaf(path);
      const node = await this.find(path);
      if (node === null || topic === null || partition === null) return;
      const decode = async () => decodeOffset(path, node);
      const committed = await skipMalformed(this.zk.logger, decode());
      if (committed === null) return;
      const ofTopic = found.get(topic) ?? new Map<number, GroupOffsetRecord>();
      found.set(topic, ofTopic.set(partition, committed));
    });
    return found;
  }

  private async eachPartition(
    tree: KnownSubtree,
    directory: string,
    visit: (path: string, topic: string | null, partition: number | null) => Promise<void>,
  ): Promise<void> {
    const topics = await this.list(tree, directory);
    const below = await pipelined(topics ?? [], async (topic) => {
      const names = await this.list(tree, `${directory}/${topic}`);
      return (names ?? []).map((name) => ({ topic, name }));
    });
    await pipelined(below.flat(), ({ topic, name }) => {
      const partition = /^(0|[1-9]\d{0,9})$/.test(name) ? Number(name) : null;
      return visit(`${directory}/${topic}/${name}`, nameOfZnode(topic), partition);
    });
  }

  private async list(tree: KnownSubtree, directory: string): Promise<string[] | null> {
    const names = await childrenOf(this.zk, directory);
    if (names !== null) tree.addDirectory(directory);
    return names;
  }

  private find(path: string): Promise<NodeData | null> {
    return retrying(this.zk, () => find(this.zk, path));
  }
}

/** Whether the bytes of the member are kept elsewhere. */
function isBrief({ data }: NodeData): boolean {
  return data !== null && !data.includes('"assignment":');
}
