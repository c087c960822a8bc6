import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths';

/** What stands in the documentation for an argument, by the name of the path. */
const ARGUMENTS: Record<string, string[]> = {
  broker: ['<id>'],
  topic: ['<topic>'],
  partitions: ['<topic>'],
  partition: ['<topic>', '<partition>'],
  partitionState: ['<topic>', '<partition>'],
  configs: ['topics'],
  topicDeletion: ['<topic>'],
  group: ['<group>'],
  groupCoordinator: ['<group>'],
  groupMembers: ['<group>'],
  groupMember: ['<group>', '<member>'],
  groupOwners: ['<group>'],
  groupOwner: ['<group>', '<topic>', '<partition>'],
  groupOffsets: ['<group>'],
  groupOffset: ['<group>', '<topic>', '<partition>'],
  groupAssignments: ['<group>'],
  groupAssignment: ['<group>', '<name>'],
};

it('every znode is documented', () => {
  const page = readFileSync(join(__dirname, '../../docs/znodes.md'), 'utf8');
  for (const [name, path] of Object.entries(paths)) {
    const make = path as string | ((...args: string[]) => string);
    const shown = typeof make === 'string' ? make : make(...(ARGUMENTS[name] ?? []));
    expect(page).toContain(shown);
  }
});
