/** Who may touch a znode: everybody, or its creator alone, or its creator with the world reading. */
export type ZkAcl = 'open' | 'creator' | 'creatorWorldReads';

export interface CreateOptions {
  /** Removed by the ensemble when the session ends. Default false. */
  ephemeral?: boolean;
  /** The ensemble appends a ten-digit counter to the path. Default false. */
  sequential?: boolean;
  /** Default `open`. */
  acl?: ZkAcl;
}
