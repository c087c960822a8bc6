import type { ZkAcl } from '../create-options';

/** Who may touch a znode, as kept with it. */
export interface ZnodeAcl {
  readonly kind: ZkAcl;
  /** Digest identity of the creator; null where everybody may do everything. */
  readonly owner: string | null;
}

export const OPEN_ACL: ZnodeAcl = { kind: 'open', owner: null };

/**
 * The ACL a create asks for.
 *
 * @param identity the creator's digest identity, null when it gave none
 * @returns null where ZooKeeper answers INVALID_ACL: protected, but by nobody
 */
export function aclFor(kind: ZkAcl, identity: string | null): ZnodeAcl | null {
  if (kind === 'open') return OPEN_ACL;
  return identity === null ? null : { kind, owner: identity };
}

export function mayRead(acl: ZnodeAcl, identity: string | null): boolean {
  return acl.kind !== 'creator' || acl.owner === identity;
}

/** Covers ZooKeeper's WRITE, CREATE and DELETE, which the three ACLs never tell apart. */
export function mayChange(acl: ZnodeAcl, identity: string | null): boolean {
  return acl.kind === 'open' || acl.owner === identity;
}
