import type { CreateOptions } from '../create-options';
import type { ZkOp } from '../multi';
import { ACLS } from './acl';
import { jute, type Jute } from './library';

const { OP_CODES, protocol } = jute;

function request(type: number, payload: Jute.Record): Jute.Request {
  return new jute.Request(new protocol.RequestHeader(0, type), payload);
}

/** ZooKeeper's create mode: bit 0 ephemeral, bit 1 sequential. */
function modeOf(options: CreateOptions): number {
  return (options.ephemeral ? 1 : 0) + (options.sequential ? 2 : 0);
}

export function createRequest(
  path: string,
  data: Buffer | null,
  options: CreateOptions,
): Jute.Request {
  const payload = new protocol.CreateRequest();
  payload.path = path;
  payload.data = data ?? undefined;
  payload.acl = ACLS[options.acl ?? 'open'].map((acl) => acl.toRecord());
  payload.flags = modeOf(options);
  return request(OP_CODES.CREATE, payload);
}

export function getRequest(path: string, watch: boolean): Jute.Request {
  const payload = new protocol.GetDataRequest();
  payload.path = path;
  payload.watch = watch;
  return request(OP_CODES.GET_DATA, payload);
}

export function existsRequest(path: string, watch: boolean): Jute.Request {
  const payload = new protocol.ExistsRequest();
  payload.path = path;
  payload.watch = watch;
  return request(OP_CODES.EXISTS, payload);
}

export function childrenRequest(path: string, watch: boolean): Jute.Request {
  const payload = new protocol.GetChildren2Request();
  payload.path = path;
  payload.watch = watch;
  return request(OP_CODES.GET_CHILDREN2, payload);
}

export function setRequest(path: string, data: Buffer, version: number): Jute.Request {
  const payload = new protocol.SetDataRequest();
  payload.path = path;
  payload.data = data;
  payload.version = version;
  return request(OP_CODES.SET_DATA, payload);
}

export function deleteRequest(path: string, version: number): Jute.Request {
  const payload = new protocol.DeleteRequest();
  payload.path = path;
  payload.version = version;
  return request(OP_CODES.DELETE, payload);
}

/** Built without the library's Transaction, which turns version 0 into "any". */
export function multiRequest(ops: readonly ZkOp[]): Jute.Request {
  return request(OP_CODES.MULTI, new jute.TransactionRequest(ops.map(multiOp)));
}

function multiOp(op: ZkOp): Jute.MultiOp {
  switch (op.type) {
    case 'check':
      return { type: OP_CODES.CHECK, path: op.path, version: op.version };
    case 'create':
      return {
        type: OP_CODES.CREATE,
        path: op.path,
        ...(op.data && { data: op.data }),
        acls: ACLS[op.acl ?? 'open'],
        mode: modeOf(op),
      };
    case 'set':
      return { type: OP_CODES.SET_DATA, path: op.path, data: op.data, version: op.version };
    case 'delete':
      return { type: OP_CODES.DELETE, path: op.path, version: op.version };
  }
}

/**
 * SYNC, which the library cannot parse the reply of: the request goes out as SYNC and is a DELETE,
 * whose reply has no body either, from then on.
 */
export function syncRequest(path: string): Jute.Request {
  const payload = new protocol.GetACLRequest();
  payload.path = path;
  const sync = request(OP_CODES.DELETE, payload);
  const toBuffer = sync.toBuffer.bind(sync);
  sync.toBuffer = () => {
    sync.header!.type = OP_CODES.SYNC;
    const bytes = toBuffer();
    sync.header!.type = OP_CODES.DELETE;
    return bytes;
  };
  return sync;
}

/** Lets a request name its path from the root, past the connection's chroot. */
export function unchrooted(request: Jute.Request): Jute.Request {
  if (request.payload) request.payload.setChrootPath = () => undefined;
  return request;
}
