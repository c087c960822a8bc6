import * as fc from 'fast-check';
import { assigned } from '../../zk-coordination';
import { addControlledPartition, addTopic, contextOf } from './controller-context-fixture';
import type { ReplicaLife } from './controlled-partition';
import { reassignedTo } from './reassignment';
import {
  deletionReplicas,
  isTopicBeingReassigned,
  lifeAfterAnswer,
  nextDeletionStep,
} from './topic-deletion-state';

const replica = (life: ReplicaLife, online = true) => ({ life, online });
const next = (...replicas: ReturnType<typeof replica>[]) =>
  nextDeletionStep(replicas, { reassigning: false, resumed: false });

describe('the deletion of a topic', () => {
  it('begins with all replicas that live', () => {
    const [a, b, dead] = [replica('online'), replica('offline'), replica('online', false)];
    expect(next(a, b, dead)).toEqual({
      type: 'delete-replicas',
      start: [a, b],
      ineligible: [dead],
    });
  });

  it('waits for the answers, then for the replicas that are away', () => {
    const [done, asked] = [replica('deletion-successful'), replica('deletion-started')];
    expect(next(done, asked)).toEqual({ type: 'wait', for: 'answers' });
    const away = replica('deletion-ineligible', false);
    expect(next(done, asked, away)).toEqual({ type: 'wait', for: 'answers' });
    expect(next(done, away)).toEqual({ type: 'wait', for: 'replicas' });
  });

  it('tries again what has failed only when something has happened', () => {
    const failed = replica('deletion-ineligible');
    expect(next(failed)).toEqual({ type: 'wait', for: 'replicas' });
    expect(nextDeletionStep([failed], { reassigning: false, resumed: true })).toEqual({
      type: 'delete-replicas',
      start: [failed],
      ineligible: [],
    });
  });

  it('does not wait for the answer of a broker that has died', () => {
    const asked = replica('deletion-started', false);
    expect(next(asked)).toEqual({ type: 'delete-replicas', start: [], ineligible: [asked] });
  });

  it('waits for reassignments', () => {
    expect(nextDeletionStep([replica('online')], { reassigning: true, resumed: true })).toEqual({
      type: 'wait',
      for: 'reassignment',
    });
  });

  it('ends when every replica is deleted, and at once for a topic without partitions', () => {
    expect(next(replica('deletion-successful'), replica('deletion-successful', false))).toEqual({
      type: 'erase',
    });
    expect(next()).toEqual({ type: 'erase' });
  });

  it('looks at the context', () => {
    const context = contextOf(1, 2);
    const topic = addTopic(context, 't');
    const partition = addControlledPartition(topic, [1, 3]);
    context.markDirectoryFailed(partition, 1);
    expect(deletionReplicas(topic, context)).toMatchObject([
      { brokerId: 1, life: 'online', online: false },
      { brokerId: 3, life: 'online', online: false },
    ]);
    expect(isTopicBeingReassigned(topic)).toBe(false);
    addControlledPartition(topic, reassignedTo(assigned([1]), [2]));
    expect(isTopicBeingReassigned(topic)).toBe(true);
  });

  it('ends whatever happens on the way, and only with all logs gone', () => {
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom('broker' as const, 'answer' as const, 'fail-over' as const),
        id: fc.nat(3),
        ok: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(acts, (history) => {
        const model = new Model();
        for (const { act, id, ok } of history) {
          if (act === 'broker') model.toggle(id);
          else if (act === 'answer') model.answer(id, ok);
          else model.failOver();
          if (model.erased) expect(model.logs.size).toBe(0);
        }
        for (let id = 0; id <= 3; id++) if (!model.replicas[id]?.online) model.toggle(id);
        model.proceed(true);
        for (let id = 0; id <= 3; id++) model.answer(id, true);
        expect([model.erased, model.logs.size]).toEqual([true, 0]);
      }),
    );
  });
});

/** Four brokers with a replica each, and controllers that delete them. */
class Model {
  readonly logs = new Set([0, 1, 2, 3]);
  erased = false;
  replicas = [0, 1, 2, 3].map((id) => ({ id, life: 'online' as ReplicaLife, online: true }));

  proceed(resumed: boolean): void {
    if (this.erased) return;
    const step = nextDeletionStep(this.replicas, { reassigning: false, resumed });
    if (step.type === 'erase') this.erased = true;
    if (step.type !== 'delete-replicas') return;
    for (const { id } of step.start) this.set(id, 'deletion-started');
    for (const { id } of step.ineligible) this.set(id, 'deletion-ineligible');
    this.proceed(false);
  }

  answer(id: number, ok: boolean): void {
    const { life, online } = this.replicas[id]!;
    if (life !== 'deletion-started' || !online) return;
    if (ok) this.logs.delete(id);
    this.set(id, lifeAfterAnswer(ok ? null : 'KAFKA_STORAGE_ERROR'));
    this.proceed(false);
  }

  toggle(id: number): void {
    const { life, online } = this.replicas[id]!;
    this.replicas[id] = { id, life, online: !online };
    this.proceed(!online);
  }

  failOver(): void {
    this.replicas = this.replicas.map(({ id, online }) => ({
      id,
      life: online ? 'online' : 'offline',
      online,
    }));
    this.proceed(true);
  }

  private set(id: number, life: ReplicaLife): void {
    this.replicas[id] = { ...this.replicas[id]!, life };
  }
}
