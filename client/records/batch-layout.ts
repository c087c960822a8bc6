/**
 * Record batch, magic 2 (KIP-98, `DefaultRecordBatch.java`). All integers big-endian.
 *
 * | offset | size | field                                                                  |
 * |-------:|-----:|------------------------------------------------------------------------|
 * |      0 |    8 | base offset: of the first record; producers send 0, the broker stamps   |
 * |      8 |    4 | batch length: bytes after this field, so the whole has 12 more          |
 * |     12 |    4 | partition leader epoch: stamped by the broker, outside the checksum     |
 * |     16 |    1 | magic: 2                                                                |
 * |     17 |    4 | CRC-32C of everything from the attributes to the end                    |
 * |     21 |    2 | attributes, see below                                                   |
 * |     23 |    4 | last offset delta: last offset minus base offset                        |
 * |     27 |    8 | base timestamp, ms; with attribute bit 6 the delete horizon             |
 * |     35 |    8 | max timestamp, ms; with log append time the time of all records         |
 * |     43 |    8 | producer id, -1 for none                                                |
 * |     51 |    2 | producer epoch, -1 for none                                             |
 * |     53 |    4 | base sequence, -1 for none                                              |
 * |     57 |    4 | number of records; after compaction fewer than offsets                  |
 * |     61 |    … | the records, compressed as one blob unless the codec is none            |
 *
 * Attributes: bits 0-2 codec, 3 timestamp type (0 create, 1 log append), 4 transactional,
 * 5 control, 6 base timestamp is a delete horizon, 7-15 unused.
 *
 * Record: varint length of what follows, int8 attributes (0), varlong timestamp delta, varint
 * offset delta, varint key length (-1 null) and key, the same for the value, varint number of
 * headers, each a varint length and UTF-8 key, then a varint length (-1 null) and value.
 */
export const baseOffsetAt = 0;
export const batchLengthAt = 8;
export const leaderEpochAt = 12;
export const magicAt = 16;
export const crcAt = 17;
export const attributesAt = 21;
export const lastOffsetDeltaAt = 23;
export const baseTimestampAt = 27;
export const maxTimestampAt = 35;
export const producerIdAt = 43;
export const producerEpochAt = 51;
export const baseSequenceAt = 53;
export const recordCountAt = 57;
/** Where the records start, which is the size of the header. */
export const recordsAt = 61;

/** Bytes in front of what the batch length counts: base offset and the length itself. */
export const logOverhead = 12;

/** The magic byte of this format. */
export const currentMagic = 2;

/** The smallest a record can be: its length and six fields of one byte. */
export const minRecordSize = 7;

export const codecMask = 0b111;
export const logAppendTimeBit = 1 << 3;
export const transactionalBit = 1 << 4;
export const controlBit = 1 << 5;
export const deleteHorizonBit = 1 << 6;

/** Stands for an absent timestamp, producer id, producer epoch or sequence. */
export const none = -1;
