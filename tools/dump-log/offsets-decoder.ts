import {
  decodeOffsetKey,
  decodeOffsetValue,
} from '../../broker/coordinator/group/offsets-topic/offset-records';
import type { Decoder } from './decoders';
import { offsetValueFields } from './offset-value-fields';

/** Keys of `__consumer_offsets`, as Kafka's DumpLogSegments prints them. */
export const offsetsKeyDecoder: Decoder = readable((bytes) => {
  const key = decodeOffsetKey(bytes);
  const type = String(bytes.readInt16BE(0));
  if (!key) return `(a record of type ${type})`;
  const { groupId: group, topic, partition } = key;
  return JSON.stringify({ type, data: { group, topic, partition } });
});

/** Values of `__consumer_offsets`, as Kafka's DumpLogSegments prints them. */
export const offsetsValueDecoder: Decoder = readable((bytes) => {
  const committed = decodeOffsetValue(bytes);
  const version = bytes.readInt16BE(0);
  if (!committed) return `(version ${version}: ${bytes.toString('hex')})`;
  return JSON.stringify({ version: String(version), data: offsetValueFields(version, committed) });
});

function readable(decoder: Decoder): Decoder {
  return (bytes) => {
    try {
      return decoder(bytes);
    } catch {
      return `(not of the offsets topic: ${bytes.toString('hex')})`;
    }
  };
}
