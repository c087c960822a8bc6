import {
  bytesFrom,
  pipelined,
  randomKafkaUuid,
  ZkError,
  type FencedWriter,
  type StoredTopic,
  type WatchCell,
} from '../../zk-coordination';
import type { ControllerEnvironment } from './controller-environment';
import type { TermEvent } from './controller-events';

/** The term of office that topics are followed in. */
export interface WatchingTerm {
  readonly env: ControllerEnvironment;
  readonly writer: FencedWriter;
  during<T>(work: Promise<T>): Promise<T>;
  put(event: TermEvent): void;
  onEnd(cleanup: () => void): void;
}

/** Follows the znodes of the topics, so that partitions added to them are seen. Of one term. */
export class TopicWatch {
  private readonly cells = new Map<string, WatchCell<'data'>>();

  constructor(private readonly term: WatchingTerm) {
    term.onEnd(() => {
      for (const cell of this.cells.values()) cell.close();
    });
  }

  /**
   * Begins to follow topics. Later changes come as events.
   *
   * @returns those that exist, with topic ids: one that has none is given one
   */
  async follow(names: readonly string[]): Promise<StoredTopic[]> {
    const { term } = this;
    const found = await term.during(pipelined(names, (name) => this.first(name)));
    const topics = found.filter((topic) => topic !== null);
    const complete = await term.during(pipelined(topics, (topic) => this.withId(topic)));
    return complete.filter((topic) => topic !== null);
  }

  unfollow(name: string): void {
    this.cells.get(name)?.close();
    this.cells.delete(name);
  }

  private async first(name: string): Promise<StoredTopic | null> {
    this.unfollow(name);
    let first: StoredTopic | null | undefined;
    const cell = this.term.env.stores.topics.observe(name, ({ next }) => {
      if (first === undefined) first = next;
      else this.term.put({ type: 'topic-changed', name, topic: next });
    });
    this.cells.set(name, cell);
    await cell.first;
    if (!first) this.unfollow(name);
    return first ?? null;
  }

  /** Topics older than topic ids get one, as brokers tell topics of the same name apart by it. */
  private async withId(topic: StoredTopic): Promise<StoredTopic | null> {
    const { env, writer } = this.term;
    for (let stored: StoredTopic | null = topic; stored;) {
      if (stored.topicId !== null) return stored;
      const complete: StoredTopic = {
        ...stored,
        topicId: randomKafkaUuid(bytesFrom(env.zk.random)),
      };
      try {
        const { topics } = env.stores;
        const version = await this.term.during(
          topics.setAssignment(topic.name, complete, stored.version, writer),
        );
        return { ...complete, version };
      } catch (error) {
        if (!ZkError.hasCode(error, 'BAD_VERSION', 'NO_NODE')) throw error;
      }
      stored = await this.term.during(env.stores.topics.get(topic.name));
    }
    return null;
  }
}
