import { GroupCommit, type GroupMember } from './group-commit';

const turns: (() => void)[] = [];
const endTurn = () => turns.splice(0).forEach((run) => run());

function fixture() {
  const groups = new GroupCommit((run) => void turns.push(run));
  let writes = 0;
  const member: GroupMember = { writeGroup: () => void writes++ };
  return { groups, member, writes: () => writes };
}

afterEach(() => expect(turns).toEqual([]));

test('what does not go on is written at the end of its turn', () => {
  const { groups, member, writes } = fixture();
  groups.enlist(member);
  expect(writes()).toBe(0);
  endTurn();
  expect(writes()).toBe(1);
});

test('a stream is waited for until a turn brings nothing more of it', () => {
  const { groups, member, writes } = fixture();
  groups.enlist(member);
  groups.streamed(100);
  endTurn();
  groups.streamed(100);
  endTurn();
  expect(writes()).toBe(0);
  endTurn();
  expect(writes()).toBe(1);
});

test('a stream that does not end is written all the same, by turns and by bytes', () => {
  const { groups, member, writes } = fixture();
  groups.enlist(member);
  let waited = 0;
  for (; writes() === 0; waited++) {
    groups.streamed(1);
    endTurn();
  }
  expect(waited).toBe(4);
  groups.enlist(member);
  groups.streamed(1024 * 1024);
  endTurn();
  expect(writes()).toBe(2);
});
