import { readInt64, writeInt64 } from '../../../../client/records';
import type { CommittedOffset } from '../stored-group';

/**
 * The records of `__consumer_offsets`, by Kafka's schemas OffsetCommitKey and OffsetCommitValue:
 *
 * - key: int16 version 0 or 1, string group, string topic, int32 partition. Version 2 and later are
 *   of Kafka's group metadata, which is in ZooKeeper here.
 * - value: int16 version, int64 offset, [3: int32 leader epoch], string metadata, int64 commit
 *   timestamp, [1: int64 expire timestamp]; no value forgets the offset.
 *
 * Strings have an int16 length in front. Written are key version 1 and value version 3, or value
 * version 1 where an offset has a time of its own to expire.
 */
export interface OffsetKey {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

const KEY_VERSION = 1;
const LAST_KEY_VERSION = 1;
const VALUE_VERSION = 3;
const EXPIRING_VALUE_VERSION = 1;
const LAST_VALUE_VERSION = 3;

export function encodeOffsetKey({ groupId, topic, partition }: OffsetKey): Buffer {
  const group = Buffer.from(groupId);
  const name = Buffer.from(topic);
  const key = Buffer.allocUnsafe(2 + 2 + group.length + 2 + name.length + 4);
  key.writeInt16BE(KEY_VERSION, 0);
  let at = writeString(key, 2, group);
  at = writeString(key, at, name);
  key.writeInt32BE(partition, at);
  return key;
}

/**
 * @returns undefined for keys of something else than an offset
 * @throws RangeError when the key is cut
 */
export function decodeOffsetKey(key: Buffer): OffsetKey | undefined {
  const version = key.readInt16BE(0);
  if (version < 0 || version > LAST_KEY_VERSION) return undefined;
  const group = readString(key, 2);
  const topic = readString(key, group.end);
  return { groupId: group.text, topic: topic.text, partition: key.readInt32BE(topic.end) };
}

export function encodeOffsetValue(committed: CommittedOffset): Buffer {
  const { offset, leaderEpoch, commitTimestamp, expireTimestamp } = committed;
  const metadata = Buffer.from(committed.metadata);
  const expires = expireTimestamp !== null;
  const value = Buffer.allocUnsafe(2 + 8 + (expires ? 8 : 4) + 2 + metadata.length + 8);
  value.writeInt16BE(expires ? EXPIRING_VALUE_VERSION : VALUE_VERSION, 0);
  writeInt64(value, 2, offset);
  let at = 10;
  if (!expires) at = value.writeInt32BE(leaderEpoch, at);
  at = writeString(value, at, metadata);
  writeInt64(value, at, commitTimestamp);
  if (expires) writeInt64(value, at + 8, expireTimestamp);
  return value;
}

/**
 * @returns undefined for versions that nobody has written so far
 * @throws RangeError when the value is cut
 */
export function decodeOffsetValue(value: Buffer): CommittedOffset | undefined {
  const version = value.readInt16BE(0);
  if (version < 0 || version > LAST_VALUE_VERSION) return undefined;
  const hasEpoch = version === VALUE_VERSION;
  const metadata = readString(value, hasEpoch ? 14 : 10);
  // Defaults of Kafka's schema: no expiry, -1.
  const expires = version === EXPIRING_VALUE_VERSION ? readInt64(value, metadata.end + 8) : -1;
  return {
    offset: readInt64(value, 2),
    leaderEpoch: hasEpoch ? value.readInt32BE(10) : -1,
    metadata: metadata.text,
    commitTimestamp: readInt64(value, metadata.end),
    expireTimestamp: expires === -1 ? null : expires,
  };
}

function writeString(buffer: Buffer, position: number, text: Buffer): number {
  buffer.writeInt16BE(text.length, position);
  return position + 2 + text.copy(buffer, position + 2);
}

function readString(buffer: Buffer, position: number): { text: string; end: number } {
  const end = position + 2 + buffer.readInt16BE(position);
  if (end > buffer.length) throw new RangeError('A string is longer than its record.');
  return { text: buffer.toString('utf8', position + 2, end), end };
}
