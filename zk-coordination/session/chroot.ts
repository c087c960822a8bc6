import type { Jute } from './library';
import { createRequest, existsRequest, unchrooted } from './requests';
import { ZkError } from '../zk-error';

type Ask = (op: string, path: string, request: Jute.Request) => Promise<unknown>;

/**
 * Makes the chroot's znodes where they are missing: persistent, without data, open to all. The
 * ensemble does not, and without them every operation fails with NO_NODE.
 */
export async function ensureChroot(chroot: string, ask: Ask): Promise<void> {
  const missing: string[] = [];
  for (let path = chroot; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    if (await isThere(path, ask)) break;
    missing.unshift(path);
  }
  for (const path of missing) {
    try {
      await ask('create', path, unchrooted(createRequest(path, null, {})));
    } catch (error) {
      if (!ZkError.hasCode(error, 'NODE_EXISTS')) throw error;
    }
  }
}

async function isThere(path: string, ask: Ask): Promise<boolean> {
  try {
    await ask('exists', path, unchrooted(existsRequest(path, false)));
    return true;
  } catch (error) {
    if (ZkError.hasCode(error, 'NO_NODE')) return false;
    throw error;
  }
}
