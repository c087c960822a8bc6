import {
  claimGroup,
  comparable,
  comparableGroup,
  groupRecord,
  memberRecord,
  offsetChange,
  ownersOf,
} from './group-fixture';
import type { ClaimedGroup } from './claimed-group';
import { GroupStore } from './group-store';
import { StoreFixture } from './store-fixture';

const small = (generation: number, count: number) => {
  const members = Array.from({ length: count }, (_, at) => memberRecord(`m${at + generation}`));
  return groupRecord(generation, members);
};
const large = (generation: number, count: number) => {
  const members = Array.from({ length: count }, (_, at) =>
    memberRecord(`m${at + generation}`, 300_000),
  );
  return groupRecord(generation, members);
};

/**
 * The coordinator dies with its `step`-th write, before or after it took effect, and another broker
 * takes over.
 *
 * @returns what the other one finds, and whether the act was over before the coordinator died
 */
async function crashAt(
  step: number,
  isApplied: boolean,
  before: (group: ClaimedGroup) => Promise<void>,
  act: (group: ClaimedGroup) => Promise<void>,
) {
  const fixture = await StoreFixture.start();
  const doomed = await fixture.connect();
  const group = await claimGroup(doomed, 'g');
  await before(group);
  let writes = 0;
  const isFatal = ({ op, sessionId }: { op: string; sessionId: bigint }): boolean => {
    if (op !== 'multi' || sessionId !== doomed.sessionId || ++writes < step) return false;
    queueMicrotask(() => fixture.ensemble.faults.expire(sessionId));
    return true;
  };
  if (isApplied) fixture.ensemble.faults.dropNextReply(isFatal);
  else fixture.ensemble.faults.dropNextRequest(isFatal);
  let isDone = false;
  // Never ends when the process dies, for nobody moves its clock.
  void act(group).then(
    () => {
      isDone = true;
    },
    () => {},
  );
  while (!isDone && writes < step) await fixture.settle();
  // The process is gone: nothing of it goes on in a later session.
  for (let turns = 0; turns < 3; turns++) await fixture.settle();
  await doomed.close();
  const found = await claimGroup(fixture.zk, 'g', 2);
  const loaded = comparable(found.contents);
  const again = comparable(await new GroupStore(fixture.zk).read('g'));
  const children = async (path: string) =>
    (await fixture.zk.exists(path)) ? (await fixture.zk.children(path)).children : [];
  const pieces = await children('/consumers/g/assignments');
  const ref = JSON.parse(fixture.text('/consumers/g') ?? '{}').assignmentRef?.name;
  await found.release(null);
  await fixture.close();
  return { loaded, again, pieces, ref, isDone };
}

const changes = [
  { what: 'small to small', old: small(1, 4), next: small(2, 3) },
  { what: 'small to large', old: small(1, 4), next: large(2, 3) },
  { what: 'large to large', old: large(1, 3), next: large(2, 2) },
  { what: 'large to small', old: large(1, 3), next: small(2, 4) },
];

describe.each(changes)('a coordinator that dies while it saves a group, $what', ({ old, next }) => {
  it.each([true, false])(
    'leaves the old one or the new one (write applied: %s)',
    async (isApplied) => {
      const seen = new Set<string>();
      for (let step = 1; ; step++) {
        const outcome = await crashAt(
          step,
          isApplied,
          async (group) => {
            await group.saveGroup(old, ownersOf(old));
            await group.tidy();
            await group.saveOffsets([offsetChange('t', 0, 9)]);
          },
          async (group) => {
            await group.saveGroup(next, ownersOf(next));
            await group.tidy();
          },
        );
        const { loaded, again, pieces, ref, isDone } = outcome;
        expect([old, next].map(comparableGroup)).toContainEqual(loaded.group);
        expect(loaded.offsets).toEqual(['t-0@9']);
        expect(again).toEqual(loaded);
        expect(pieces).toEqual(ref === undefined ? [] : [ref]);
        seen.add(String(loaded.group?.generation));
        if (isDone) {
          expect(loaded.group).toEqual(comparableGroup(next));
          break;
        }
      }
      expect(seen).toContain('2');
    },
  );
});

it('a removal that is broken off is finished by whoever claims the group next', async () => {
  for (const isApplied of [true, false]) {
    for (let step = 1; ; step++) {
      const old = small(1, 3);
      const { loaded, again, isDone } = await crashAt(
        step,
        isApplied,
        async (group) => {
          await group.saveGroup(old, ownersOf(old));
          await group.saveOffsets([offsetChange('t', 0, 9), offsetChange('u', 3, 9)]);
        },
        (group) => group.remove(),
      );
      const whole = { group: comparableGroup(old), offsets: ['t-0@9', 'u-3@9'] };
      const nothing = { group: null, offsets: [] };
      expect(step === 1 && !isApplied ? whole : nothing).toEqual(loaded);
      expect(again).toEqual(loaded);
      if (isDone) break;
    }
  }
});
