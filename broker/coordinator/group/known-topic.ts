/** A topic that is there. */
export interface KnownTopic {
  /** Undefined for topics older than topic ids. */
  readonly topicId: string | undefined;
}

/**
 * Finds a topic out for certain, in ZooKeeper if need be.
 *
 * @returns null when there is no topic of that name
 */
export type TopicLookup = (topic: string) => Promise<KnownTopic | null>;

/** A topic that has been deleted. */
export interface GoneTopic {
  readonly name: string;
  readonly topicId: string;
}
