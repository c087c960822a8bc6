import {
  decodeOffsetKey,
  decodeOffsetValue,
  type OffsetKey,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import { KafkaClassicError } from '../../client/runtime/error';
import { offsetValueFields, type Committed } from '../dump-log/offset-value-fields';
import type { RecordFormatter } from './record-formatter';

/** A record of `__consumer_offsets`. */
interface OffsetRecord {
  readonly key: OffsetKey;
  readonly keyVersion: number;
  /** Null forgets the offset. */
  readonly value: { readonly version: number; readonly committed: Committed } | null;
}

/**
 * Kafka's OffsetsMessageFormatter: what was committed, as JSON, a line each. Other records are left
 * out.
 */
export const offsetsFormatter = formatterOf(({ key, keyVersion, value }) => {
  const { groupId: group, topic, partition } = key;
  return JSON.stringify({
    key: { version: keyVersion, data: { group, topic, partition } },
    value: value && {
      version: value.version,
      data: offsetValueFields(value.version, value.committed),
    },
  });
});

/** The same before Kafka 3.9, as text. */
export const oldOffsetsFormatter = formatterOf(({ key, value }) => {
  const what = value ? textOf(value.committed) : 'NULL';
  return `[${key.groupId},${key.topic},${key.partition}]::${what}`;
});

function formatterOf(format: (record: OffsetRecord) => string): RecordFormatter {
  return {
    write: ({ key, value }, output) => {
      const record = decode(key, value);
      if (record) output.add(`${format(record)}\n`);
    },
  };
}

/**
 * @returns undefined for records of something else than an offset
 * @throws KafkaClassicError DESERIALIZATION
 */
function decode(key: Buffer | null, value: Buffer | null): OffsetRecord | undefined {
  if (key === null) return undefined;
  try {
    const offsetKey = decodeOffsetKey(key);
    if (!offsetKey) return undefined;
    const known = { key: offsetKey, keyVersion: key.readInt16BE(0) };
    if (value === null) return { ...known, value };
    const committed = decodeOffsetValue(value);
    return committed && { ...known, value: { version: value.readInt16BE(0), committed } };
  } catch (error) {
    throw new KafkaClassicError('The record is not one of __consumer_offsets.', {
      code: 'DESERIALIZATION',
      retriable: false,
      advice: 'Use this formatter for that topic only, or --skip-message-on-error.',
      cause: error,
    });
  }
}

/** As Scala prints it. */
function textOf(committed: Committed): string {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp } = committed;
  const epoch = leaderEpoch < 0 ? 'Optional.empty' : `Optional[${leaderEpoch}]`;
  const expires = expireTimestamp === null ? 'None' : `Some(${expireTimestamp})`;
  return (
    `OffsetAndMetadata(offset=${offset}, leaderEpoch=${epoch}, metadata=${metadata}, ` +
    `commitTimestamp=${commitTimestamp}, expireTimestamp=${expires})`
  );
}
