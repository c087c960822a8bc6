/**
 * Typing of the little of node-zookeeper-client 1.1.3 that this folder uses, private fields
 * included. The published typings miss most of it and are wrong in places.
 */
declare module 'node-zookeeper-client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Jute, WatchPaths } from 'node-zookeeper-client/lib/jute';

  export interface Packet {
    request: Jute.Request;
    callback: (error: Error | null, response?: Jute.Response) => void;
  }

  export interface ServerAddress {
    host: string;
    port: number;
  }

  type Listener = (event: { type: number; path: string }) => void;

  export interface ConnectionManager extends EventEmitter {
    state: number;
    socket: Socket | undefined;
    servers: ServerAddress[];
    chrootPath: string | undefined;
    /** Session timeout in ms: asked for, later negotiated. */
    sessionTimeout: number;
    sessionId: Buffer;
    sessionPassword: Buffer;
    /** Last transaction seen, 8 bytes. */
    zxid: Buffer;
    xid: number;
    connectTimeoutHandler: NodeJS.Timeout | null;
    pendingBuffer: Buffer | null;
    packetQueue: { queue: Packet[] };
    pendingQueue: Packet[];
    watcherManager: {
      getDataWatcherPaths(): string[];
      getExistenceWatcherPaths(): string[];
      getChildWatcherPaths(): string[];
    };
    connect(): void;
    close(): void;
    queue(request: Jute.Request, callback: Packet['callback']): void;
    addAuthInfo(scheme: string, auth: Buffer): void;
    updateTimeout(sessionTimeout: number): void;
    findNextServer(callback: (server: ServerAddress) => void): void;
    onSocketData(chunk: Buffer): void;
    registerDataWatcher(path: string, watcher: Listener): void;
    registerExistenceWatcher(path: string, watcher: Listener): void;
    registerChildWatcher(path: string, watcher: Listener): void;
  }

  export interface Client {
    connectionManager: ConnectionManager;
  }

  export interface ClientOptions {
    sessionTimeout: number;
    spinDelay: number;
    retries: number;
    sessionId?: Buffer;
    sessionPassword?: Buffer;
  }

  export function createClient(connectString: string, options: ClientOptions): Client;

  export class Id {
    constructor(scheme: string, id: string);
  }
  export class ACL {
    constructor(permission: number, id: Id);
    toRecord(): Jute.Record;
  }
  export const Permission: { readonly READ: number; readonly ALL: number };
  export { WatchPaths };
}

declare module 'node-zookeeper-client/lib/jute' {
  export namespace Jute {
    interface Record {
      path?: string;
      setChrootPath(path: string | undefined): void;
      byteLength(): number;
      serialize(buffer: Buffer, offset: number): number;
    }
    interface Header extends Record {
      xid: number;
      type: number;
    }
    interface Stat {
      czxid: Buffer;
      mzxid: Buffer;
      pzxid: Buffer;
      ctime: Buffer;
      mtime: Buffer;
      ephemeralOwner: Buffer;
      version: number;
      cversion: number;
      dataLength: number;
      numChildren: number;
    }
    interface MultiResult {
      type: number;
      err?: number;
      path?: string;
      stat?: Stat;
    }
    /** What replies may hold, all in one: which fields are there follows from the request. */
    interface Reply {
      path: string;
      data: Buffer | undefined;
      children: string[];
      stat: Stat;
      results: MultiResult[];
    }
    interface Request {
      header: Header | null;
      payload: Record | null;
      toBuffer(): Buffer;
    }
    interface Response {
      header: { xid: number; zxid: Buffer; err: number };
      payload: Reply | null;
    }
    interface MultiOp {
      type: number;
      path: string;
      data?: Buffer;
      version?: number;
      acls?: { toRecord(): Record }[];
      mode?: number;
    }
  }

  export interface WatchPaths {
    relativeZxid: Buffer;
    dataWatches: string[];
    existWatches: string[];
    childWatches: string[];
  }

  type Filled = Jute.Record & {
    path: string;
    data: Buffer | undefined;
    acl: Jute.Record[];
    flags: number;
    version: number;
    watch: boolean;
  };

  const jute: {
    OP_CODES: {
      readonly CREATE: number;
      readonly DELETE: number;
      readonly EXISTS: number;
      readonly GET_DATA: number;
      readonly SET_DATA: number;
      readonly SYNC: number;
      readonly PING: number;
      readonly GET_CHILDREN2: number;
      readonly CHECK: number;
      readonly MULTI: number;
      readonly AUTH: number;
      readonly SET_WATCHES: number;
      readonly CLOSE_SESSION: number;
      readonly ERROR: number;
    };
    XID_PING: number;
    Request: new (header: Jute.Header, payload: Jute.Record | null) => Jute.Request;
    TransactionRequest: new (ops: Jute.MultiOp[]) => Jute.Record;
    protocol: {
      RequestHeader: new (xid?: number, type?: number) => Jute.Header;
      CreateRequest: new () => Filled;
      DeleteRequest: new () => Filled;
      ExistsRequest: new () => Filled;
      GetDataRequest: new () => Filled;
      SetDataRequest: new () => Filled;
      GetChildren2Request: new () => Filled;
      GetACLRequest: new () => Filled;
      SetWatches: new () => Jute.Record & WatchPaths;
    };
  };
  export default jute;
}

declare module 'node-zookeeper-client/lib/ConnectionManager' {
  const ConnectionManager: {
    STATES: {
      readonly DISCONNECTED: number;
      readonly CONNECTING: number;
      readonly CONNECTED: number;
      readonly CLOSING: number;
      readonly CLOSED: number;
      readonly SESSION_EXPIRED: number;
      readonly AUTHENTICATION_FAILED: number;
    };
  };
  export default ConnectionManager;
}

declare module 'node-zookeeper-client/lib/Exception' {
  interface ZooKeeperException extends Error {
    code: number;
    getCode(): number;
  }
  const Exception: {
    CONNECTION_LOSS: number;
    create(code: number, path?: string): ZooKeeperException;
  };
  export default Exception;
  export { ZooKeeperException };
}
