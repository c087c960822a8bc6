import { topicPartitionKey, type PartitionStateStore } from '../../zk-coordination';
import type { BrokerMessenger } from './broker-messenger';
import {
  instructionsFor,
  metadataOf,
  undecidedPartitions,
  type ControlledTopic,
} from './decided-topic';
import { electFromIsr, firstState } from './elections';
import type { Term } from './term';

/** Decides who leads, writes it to ZooKeeper, then tells the brokers: always in this order. */
export class PartitionDecider {
  constructor(
    private readonly brokerId: number,
    private readonly states: PartitionStateStore,
    private readonly messenger: BrokerMessenger,
  ) {}

  /**
   * Gives new partitions their first state and partitions without a live leader a new one.
   *
   * @param takingOffice tell the brokers everything, and elect anew what this broker led in its
   *   previous life
   * @throws ControllerFencedError
   */
  async decide(term: Term, topic: ControlledTopic, takingOffice: boolean): Promise<void> {
    const created = await this.createStates(term, topic);
    const changed = new Set(created);
    for (const [partition, state] of topic.states) {
      if (changed.has(partition)) continue;
      const leaderGone = !term.live.has(state.leader);
      const ownPreviousLife = takingOffice && state.leader === this.brokerId;
      const elected =
        (leaderGone || ownPreviousLife) && (await this.electAnew(term, topic, partition));
      if (elected || takingOffice) changed.add(partition);
    }
    if (changed.size > 0 || takingOffice) await this.tell(topic, [...changed], new Set(created));
  }

  /** @returns the partitions that got their first state */
  private async createStates(term: Term, topic: ControlledTopic): Promise<number[]> {
    const { name, partitions } = topic.stored;
    const wanted = undecidedPartitions(topic).flatMap((partition) => {
      const replicas = partitions.get(partition)?.replicas ?? [];
      const state = firstState(replicas, term.live, term.office.epoch);
      return state ? [{ topic: name, partition, state }] : [];
    });
    if (wanted.length === 0) return [];
    const { created } = await this.states.createMany(wanted, term.writer);
    const stored = await this.states.getMany(wanted);
    for (const { partition } of wanted) {
      const state = stored.get(topicPartitionKey({ topic: name, partition }));
      if (state) topic.states.set(partition, state);
    }
    return created.map(({ partition }) => partition);
  }

  /** @returns whether the state changed */
  private async electAnew(
    { live, office, writer }: Term,
    { stored, states }: ControlledTopic,
    partition: number,
  ): Promise<boolean> {
    const state = states.get(partition);
    const replicas = stored.partitions.get(partition)?.replicas;
    if (!state || !replicas) return false;
    const next = electFromIsr(state, replicas, live, office.epoch);
    if (next.leader === state.leader && next.leader < 0) return false;
    const partitionEpoch = await this.states.update(
      { topic: stored.name, partition },
      next,
      state.partitionEpoch,
      writer,
    );
    states.set(partition, { ...next, partitionEpoch });
    return true;
  }

  private async tell(
    topic: ControlledTopic,
    partitions: readonly number[],
    areNew: ReadonlySet<number>,
  ): Promise<void> {
    const replicas = [...topic.stored.partitions.values()].flatMap((assigned) => assigned.replicas);
    await Promise.all(
      [...new Set(replicas)].map((id) =>
        this.messenger.leaderAndIsr(id, instructionsFor(id, topic, partitions, areNew)),
      ),
    );
    this.messenger.updateMetadata([metadataOf(topic)]);
  }
}
