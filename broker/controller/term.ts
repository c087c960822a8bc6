import type { ControllerOffice, FencedWriter, WatchCell } from '../../zk-coordination';
import type { ControlledTopic } from './decided-topic';

/** What an elected controller holds; gone when it resigns. */
export interface Term {
  readonly office: ControllerOffice;
  /** Every write of this term goes through it and fails once another controller is in office. */
  readonly writer: FencedWriter;
  /** Ids of the live brokers. */
  readonly live: Set<number>;
  readonly topics: Map<string, ControlledTopic>;
  readonly topicCells: Map<string, WatchCell<'data'>>;
  readonly watches: { close(): void }[];
}
