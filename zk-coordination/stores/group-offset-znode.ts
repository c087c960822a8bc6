import type { NodeData } from '../session-contract';
import type { GroupOffsetRecord } from './group-record';
import { encodeJson, ZnodeJson } from './znode-json';

/** The content of `offsets/<topic>/<partition>`. */
export function encodeOffset(committed: GroupOffsetRecord): Buffer {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = committed;
  return encodeJson({
    version: 1,
    offset,
    leaderEpoch,
    metadata,
    commitTimestamp,
    ...(expireTimestamp !== null && { expireTimestamp }),
    ...(topicId !== undefined && { topicId }),
  });
}

/**
 * Also reads what consumers of 0.8 wrote: the offset in decimal, committed when it was written.
 *
 * @throws MalformedZnodeError
 */
export function decodeOffset(path: string, { data, stat }: NodeData): GroupOffsetRecord {
  const text = data?.toString('utf8').trim() ?? '';
  if (/^\d{1,15}$/.test(text)) {
    return {
      offset: Number(text),
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: stat.mtime,
      expireTimestamp: null,
    };
  }
  const json = ZnodeJson.parse(path, data);
  return {
    offset: json.int('offset'),
    leaderEpoch: json.int('leaderEpoch', -1),
    metadata: json.string('metadata', ''),
    commitTimestamp: json.int('commitTimestamp', stat.mtime),
    expireTimestamp: json.keys.includes('expireTimestamp') ? json.int('expireTimestamp') : null,
    ...(json.keys.includes('topicId') && { topicId: json.string('topicId') }),
  };
}
