import type { ZkOpResult } from '../multi';
import type { ZkStat } from '../stat';
import { jute, type Jute } from './library';

const { OP_CODES } = jute;
/** What the operations after the one that failed get. */
const RUNTIME_INCONSISTENCY = -2;

export function statOf(stat: Jute.Stat): ZkStat {
  return {
    czxid: stat.czxid.readBigInt64BE(0),
    mzxid: stat.mzxid.readBigInt64BE(0),
    pzxid: stat.pzxid.readBigInt64BE(0),
    ctime: Number(stat.ctime.readBigInt64BE(0)),
    mtime: Number(stat.mtime.readBigInt64BE(0)),
    version: stat.version,
    cversion: stat.cversion,
    ephemeralOwner: stat.ephemeralOwner.readBigInt64BE(0),
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
  };
}

/** Which operation made the multi fail, and with which number; undefined when it succeeded. */
export function multiFailure(
  results: readonly Jute.MultiResult[],
): { index: number; number: number } | undefined {
  let failure: { index: number; number: number } | undefined;
  for (const [index, result] of results.entries()) {
    const number = result.type === OP_CODES.ERROR ? (result.err ?? 0) : 0;
    if (number === 0) continue;
    if (number !== RUNTIME_INCONSISTENCY) return { index, number };
    failure ??= { index, number };
  }
  return failure;
}

export function multiResult(result: Jute.MultiResult): ZkOpResult {
  switch (result.type) {
    case OP_CODES.CREATE:
      return { type: 'create', path: result.path! };
    case OP_CODES.SET_DATA:
      return { type: 'set', stat: statOf(result.stat!) };
    case OP_CODES.DELETE:
      return { type: 'delete' };
    default:
      return { type: 'check' };
  }
}
