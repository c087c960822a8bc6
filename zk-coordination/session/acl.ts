import type { ZkAcl } from '../create-options';
import { ACL, Id, Permission } from './library';

const WORLD = new Id('world', 'anyone');
/** Stands for whoever is authenticated on the connection that creates the znode. */
const CREATOR = new Id('auth', '');

/** What each {@link ZkAcl} means in ZooKeeper's terms. */
export const ACLS: Record<ZkAcl, ACL[]> = {
  open: [new ACL(Permission.ALL, WORLD)],
  creator: [new ACL(Permission.ALL, CREATOR)],
  creatorWorldReads: [new ACL(Permission.ALL, CREATOR), new ACL(Permission.READ, WORLD)],
};
