/** What ZooKeeper knows of a znode besides its data (ZooKeeper's `Stat`). */
export interface ZkStat {
  /** Transaction that created the znode. The czxid of a broker's znode is its broker epoch. */
  readonly czxid: bigint;
  /** Transaction that last changed its data. */
  readonly mzxid: bigint;
  /** Transaction that last changed its list of children. */
  readonly pzxid: bigint;
  /** Wall-clock creation time on the ensemble, ms since the epoch. */
  readonly ctime: number;
  /** Wall-clock time of the last data change, ms since the epoch. */
  readonly mtime: number;
  /** Number of changes of the data: the znode version that conditional writes compare. */
  readonly version: number;
  /** Number of changes of the children. */
  readonly cversion: number;
  /** Session that owns an ephemeral znode, 0n for a persistent one. */
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
}
