import { childrenOf, deleteSubtree } from '../client/delete-subtree';
import { pipelined } from '../client/pipelined';
import { retrying } from '../client/retry';
import { find, type ZnodeWriter } from '../client/znode-writer';
import type { ZooKeeperClient } from '../client/zookeeper-client';
import { memberJson, memberOf } from './group-member-znode';
import type { AssignmentRef } from './group-node';
import type { GroupMemberRecord } from './group-record';
import { MalformedZnodeError } from './malformed-znode-error';
import { paths } from './paths';
import { encodeJson, ZnodeJson } from './znode-json';

const PIECE_BYTES = 384 * 1024;
/** Written at a time: they are large. */
const PIECES_IN_FLIGHT = 4;

/** Members in their stored form, cut to sizes that one znode takes. */
export function piecesOf(members: readonly GroupMemberRecord[]): Buffer[] {
  const whole = encodeJson({ version: 1, members: members.map(memberJson) });
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += PIECE_BYTES) {
    pieces.push(whole.subarray(at, at + PIECE_BYTES));
  }
  return pieces;
}

/**
 * `/consumers/<group>/assignments/<name>/<number>`: the members of a group that do not fit into one
 * write, in pieces. They count from the moment on that the group's own znode refers to them.
 */
export class GroupPieces {
  constructor(
    private readonly zk: ZooKeeperClient,
    private readonly group: string,
  ) {}

  /** Writes them under a name that has not been used before. */
  async write(
    name: string,
    pieces: readonly Buffer[],
    writer: ZnodeWriter,
  ): Promise<AssignmentRef> {
    const root = paths.groupAssignments(this.group);
    if ((await childrenOf(this.zk, root)) === null) await writer.create(root, null);
    const directory = paths.groupAssignment(this.group, name);
    await writer.create(directory, null);
    await pipelined(
      pieces.map((data, number) => ({ path: pieceAt(directory, number), data })),
      ({ path, data }) => writer.create(path, data),
      PIECES_IN_FLIGHT,
    );
    return { name, pieces: pieces.length };
  }

  /** @throws MalformedZnodeError also when a piece is missing */
  async read({ name, pieces }: AssignmentRef): Promise<GroupMemberRecord[]> {
    const directory = paths.groupAssignment(this.group, name);
    const numbers = Array.from({ length: pieces }, (_, number) => number);
    const read = await pipelined(
      numbers,
      async (number) => {
        const path = pieceAt(directory, number);
        const node = await retrying(this.zk, () => find(this.zk, path));
        if (node === null) throw new MalformedZnodeError(path, 'it is missing');
        return node.data ?? Buffer.alloc(0);
      },
      PIECES_IN_FLIGHT,
    );
    return ZnodeJson.parse(directory, Buffer.concat(read)).objects('members').map(memberOf);
  }

  /** Removes all but those that count. */
  async removeOthers(current: AssignmentRef | null, writer: ZnodeWriter): Promise<void> {
    const names = await childrenOf(this.zk, paths.groupAssignments(this.group));
    for (const name of names ?? []) {
      if (name === current?.name) continue;
      await deleteSubtree(this.zk, paths.groupAssignment(this.group, name), writer);
    }
  }
}

function pieceAt(directory: string, number: number): string {
  return `${directory}/${String(number).padStart(4, '0')}`;
}
