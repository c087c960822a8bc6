import { sampleGroup, sampleMember } from './contract/stored-samples';
import { partitionOwners } from './partition-owners';

it('are those of the assignments', () => {
  expect(partitionOwners(sampleGroup(1, 'a', 'b'))).toEqual(
    new Map([
      [
        'orders',
        new Map([
          [0, 'a'],
          [1, 'b'],
        ]),
      ],
    ]),
  );
});

it('are unknown where the protocol is another, or the bytes are', () => {
  const group = sampleGroup(1, 'a');
  expect(partitionOwners({ ...group, protocolType: 'connect' })).toEqual(new Map());
  const odd = { ...sampleMember('b', []), assignment: Buffer.from([0, 0, 127, 255, 255, 255]) };
  const owners = partitionOwners({ ...group, members: [...group.members, odd] });
  expect(owners).toEqual(new Map([['orders', new Map([[0, 'a']])]]));
});
