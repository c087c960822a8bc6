import { KafkaClassicError } from '../client/runtime/error';

/** Whether the operation took effect on the ensemble, as far as anybody here can know (R5). */
export type Outcome = 'not-applied' | 'applied' | 'unknown';

interface CodeFacts {
  /** ZooKeeper's number (org.apache.zookeeper.KeeperException.Code), or null for our own codes. */
  number: number | null;
  kind: 'semantic' | 'recoverable' | 'session' | 'config' | 'overload';
  retriable: boolean;
  advice: string;
}

const semantic = (number: number, advice: string): CodeFacts => ({
  number,
  kind: 'semantic',
  retriable: false,
  advice,
});
const config = (number: number | null, advice: string): CodeFacts => ({
  number,
  kind: 'config',
  retriable: false,
  advice,
});
const recoverable = (number: number | null, advice: string): CodeFacts => ({
  number,
  kind: 'recoverable',
  retriable: true,
  advice,
});
const session = (number: number | null, advice: string): CodeFacts => ({
  number,
  kind: 'session',
  retriable: false,
  advice,
});
const overload = (number: number, advice: string): CodeFacts => ({
  number,
  kind: 'overload',
  retriable: true,
  advice,
});

/** Every way an operation on ZooKeeper can fail. */
export const ZK_CODES = {
  NO_NODE: semantic(-101, 'The znode is not there; read before writing or create it.'),
  NODE_EXISTS: semantic(-110, 'The znode is there already; read whose it is.'),
  BAD_VERSION: semantic(-103, 'Somebody else wrote in between; re-read and decide again.'),
  NOT_EMPTY: semantic(-111, 'Delete the children first.'),
  NO_CHILDREN_FOR_EPHEMERALS: semantic(-108, 'Ephemeral znodes cannot have children.'),
  RUNTIME_INCONSISTENCY: semantic(-2, 'Another operation of the same multi failed.'),
  CONNECTION_LOSS: recoverable(-4, 'The write may or may not have happened; re-read to know.'),
  OPERATION_TIMEOUT: recoverable(-7, 'The write may or may not have happened; re-read to know.'),
  SESSION_MOVED: recoverable(-118, 'The session moved to another server; repeat.'),
  NOT_CONNECTED: recoverable(null, 'Nothing was sent; wait for the connection and repeat.'),
  SESSION_EXPIRED: session(-112, 'The session is over; a new one has to be opened.'),
  SESSION_CLOSED: session(null, 'The session was closed here; a new one has to be opened.'),
  AUTH_FAILED: session(-115, 'Check the ZooKeeper credentials.'),
  NO_AUTH: config(-102, 'These credentials may not touch this znode; check its ACL.'),
  INVALID_ACL: config(-114, 'Add credentials before creating protected znodes.'),
  BAD_ARGUMENTS: config(-8, 'Check path and data.'),
  UNIMPLEMENTED: config(-6, 'This ZooKeeper is too old for the request.'),
  TOO_LARGE: config(null, 'Keep a znode below 512 KiB and a multi below 900 KiB.'),
  QUOTA_EXCEEDED: overload(-125, 'Raise the ZooKeeper quota on this path.'),
  THROTTLED_OP: overload(-127, 'The ensemble sheds load; repeat later.'),
  REQUEST_TIMEOUT: overload(-122, 'The ensemble is slow; repeat later.'),
  UNKNOWN: recoverable(null, "Look up the number in ZooKeeper's KeeperException.Code."),
} as const satisfies Record<string, CodeFacts>;

export type ZkCode = keyof typeof ZK_CODES;

export interface ZkErrorContext {
  /** The operation: `create`, `get`, `multi`, … */
  op: string;
  path?: string;
  /** Of the failed operation within a multi. */
  index?: number;
  outcome?: Outcome;
  sessionId?: bigint;
  elapsedMs?: number;
  /** ZooKeeper's number when `code` is UNKNOWN. */
  number?: number;
  cause?: unknown;
}

/** A failed ZooKeeper operation: what was tried, on what, and whether it may have happened. */
export class ZkError extends KafkaClassicError {
  declare readonly code: ZkCode;
  readonly op: string;
  readonly path: string | undefined;
  readonly index: number | undefined;
  readonly outcome: Outcome;
  readonly sessionId: bigint | undefined;
  readonly number: number | null;

  constructor(code: ZkCode, context: ZkErrorContext) {
    const facts = ZK_CODES[code];
    const number = context.number ?? facts.number;
    const where = context.path === undefined ? '' : ` ${context.path}`;
    const which = context.index === undefined ? '' : ` (operation ${context.index} of the multi)`;
    const after =
      context.elapsedMs === undefined ? '' : ` after ${Math.round(context.elapsedMs)} ms`;
    const shown = code === 'UNKNOWN' ? `UNKNOWN[${number}]` : code;
    super(`ZooKeeper ${context.op}${where}${which} failed with ${shown}${after}.`, {
      code,
      retriable: facts.retriable,
      advice: facts.advice,
      cause: context.cause,
    });
    this.op = context.op;
    this.path = context.path;
    this.index = context.index;
    this.outcome = context.outcome ?? (facts.kind === 'semantic' ? 'not-applied' : 'unknown');
    this.sessionId = context.sessionId;
    this.number = number;
  }

  get kind(): CodeFacts['kind'] {
    return ZK_CODES[this.code].kind;
  }

  static hasCode(error: unknown, ...codes: ZkCode[]): error is ZkError {
    return error instanceof ZkError && codes.includes(error.code);
  }
}

const byNumber = new Map<number, ZkCode>();
for (const [name, facts] of Object.entries(ZK_CODES) as [ZkCode, CodeFacts][]) {
  if (facts.number !== null) byNumber.set(facts.number, name);
}

/** The code for a number from the wire; `UNKNOWN` for those ZooKeeper adds later. */
export function zkCodeOf(number: number): ZkCode {
  return byNumber.get(number) ?? 'UNKNOWN';
}
