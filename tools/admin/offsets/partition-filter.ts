import { splitList } from '../../../client/runtime/split-list';
import { UsageError } from '../../cli/usage-error';
import { topicFilter } from '../topic-filter';

/** Which partitions are meant. */
export interface PartitionFilter {
  /** Whether some partition of the topic can be meant. */
  topic(topic: string): boolean;
  partition(topic: string, partition: number): boolean;
}

interface Rule {
  readonly topic: (topic: string) => boolean;
  readonly partition: (partition: number) => boolean;
}

/**
 * A filter from `--topic-partitions`: a comma-separated list of `topic`, `topic:1`, `topic:1-3`
 * (3 is not meant any more), `topic:5-` or `topic:-3`. The topic is a regular expression for the
 * whole name; without it all topics are meant (GetOffsetShell.java).
 *
 * @throws UsageError when a rule is none of these
 */
export function topicPartitionsFilter(patterns: string): PartitionFilter {
  return anyOf(patterns.split(',').map(parseRule));
}

/**
 * A filter from `--topic`, a regular expression, and `--partitions`, a list of numbers; both may be
 * missing.
 *
 * @throws UsageError when the pattern or the list is malformed
 */
export function topicAndPartitionsFilter(topic?: string, partitions?: string): PartitionFilter {
  const numbers = splitList(partitions ?? '');
  if (!numbers.every((number) => /^\d+$/.test(number))) {
    throw new UsageError(
      '--partitions expects a comma separated list of numeric partition ids, ' +
        `but received: ${partitions}.`,
    );
  }
  const wanted = new Set(numbers.map(Number));
  return anyOf([
    { topic: topicFilter(topic), partition: (n) => wanted.size === 0 || wanted.has(n) },
  ]);
}

function anyOf(rules: readonly Rule[]): PartitionFilter {
  return {
    topic: (topic) => rules.some((rule) => rule.topic(topic)),
    partition: (topic, partition) =>
      rules.some((rule) => rule.topic(topic) && rule.partition(partition)),
  };
}

const RULE = /^([^:]*)(?::(?:(\d*)|(\d*)-(\d*)))?$/;

function parseRule(text: string): Rule {
  const match = RULE.exec(text.trim());
  if (!match) {
    throw new UsageError(
      `Invalid rule specification: ${text}.`,
      'Write topic, topic:1, topic:0-3, topic:5- or topic:-3.',
    );
  }
  const [, topic, only, from, to] = match as (string | undefined)[];
  const [first, end] = only
    ? [Number(only), Number(only) + 1]
    : [Number(from || 0), to ? Number(to) : Infinity];
  return {
    topic: topicFilter(topic || undefined),
    partition: (partition) => partition >= first && partition < end,
  };
}
