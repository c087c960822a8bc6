import * as fc from 'fast-check';
import * as kafkajs from 'kafkajs';
import { AssignerProtocol, Partitioners } from '.';

const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: partitionId === 3 ? -1 : 1,
  replicas: [1],
  isr: [1],
}));

const key = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

describe.each(['DefaultPartitioner', 'LegacyPartitioner'] as const)('%s', (name) => {
  test('puts keys where that of KafkaJS puts them', () => {
    const ours = Partitioners[name]();
    const theirs = kafkajs.Partitioners[name]();
    fc.assert(
      fc.property(key, (of) => {
        const args = { topic: 't', partitionMetadata, message: { key: of, value: '' } };
        expect(ours(args)).toBe(theirs(args));
      }),
    );
  });

  test('a partition that is named wins', () => {
    const message = { key: 'k', value: '', partition: 5 };
    expect(Partitioners[name]()({ topic: 't', partitionMetadata, message })).toBe(5);
  });

  test('messages without a key go round the partitions that have leaders', () => {
    const partitioner = Partitioners[name]();
    const next = () =>
      partitioner({ topic: 't', partitionMetadata, message: { key: null, value: '' } });
    const round = Array.from({ length: 6 }, next);
    expect([...round].sort()).toEqual([0, 1, 2, 4, 5, 6]);
    expect(Array.from({ length: 6 }, next)).toEqual(round);
  });
});

describe('AssignerProtocol', () => {
  const metadata = { version: 1, topics: ['b', 'a'], userData: Buffer.from('x') };
  const assignment = { version: 0, assignment: { a: [2, 0], b: [] }, userData: Buffer.alloc(0) };

  test('assignments are the same bytes', () => {
    const { MemberAssignment } = AssignerProtocol;
    const theirs = kafkajs.AssignerProtocol.MemberAssignment;
    expect(MemberAssignment.encode(assignment)).toEqual(theirs.encode(assignment));
    expect(MemberAssignment.decode(theirs.encode(assignment))).toEqual(assignment);
    expect(MemberAssignment.decode(Buffer.alloc(0))).toBeNull();
  });

  test('what members say of themselves is understood both ways', () => {
    const { MemberMetadata } = AssignerProtocol;
    const theirs = kafkajs.AssignerProtocol.MemberMetadata;
    expect(MemberMetadata.encode({ ...metadata, version: 0 })).toEqual(
      theirs.encode({ ...metadata, version: 0 }),
    );
    expect(theirs.decode(MemberMetadata.encode(metadata))).toMatchObject({
      topics: metadata.topics,
      userData: metadata.userData,
    });
    expect(MemberMetadata.decode(theirs.encode(metadata))).toEqual(metadata);
  });
});
