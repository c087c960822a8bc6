import type { ZkStat } from '../stat';
import type { ZnodeAcl } from './znode-acl';

/** One znode as the ensemble keeps it. */
export interface Znode {
  data: Buffer | null;
  readonly acl: ZnodeAcl;
  readonly czxid: bigint;
  readonly ctime: number;
  mzxid: bigint;
  mtime: number;
  pzxid: bigint;
  version: number;
  /** Children ever created. Gives the next sequential name. */
  created: number;
  readonly ephemeralOwner: bigint;
  readonly children: Set<string>;
}

/**
 * The stat shown to clients. `cversion` counts creations and deletions of children; ZooKeeper keeps
 * the creations only and derives the rest (DataNode.copyStat), which makes a fresh root show -1.
 */
export function statOf(node: Znode): ZkStat {
  return {
    czxid: node.czxid,
    mzxid: node.mzxid,
    pzxid: node.pzxid,
    ctime: node.ctime,
    mtime: node.mtime,
    version: node.version,
    cversion: node.created * 2 - node.children.size,
    ephemeralOwner: node.ephemeralOwner,
    dataLength: node.data?.length ?? 0,
    numChildren: node.children.size,
  };
}
