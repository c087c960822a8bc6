import { ProtocolError } from '../../client/protocol/protocol-error';

const LONGEST = 249;

/** Topics the cluster keeps for itself. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
]);

/**
 * @throws ProtocolError INVALID_TOPIC_EXCEPTION with what is wrong (Kafka's Topic.validate)
 */
export function assertTopicName(name: string): void {
  const problem = topicNameProblem(name);
  if (problem) throw new ProtocolError('INVALID_TOPIC_EXCEPTION', problem);
}

/** Whether a topic could have this name. */
export function isTopicName(name: string): boolean {
  return topicNameProblem(name) === undefined;
}

function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'A topic name must not be empty.';
  if (name === '.' || name === '..') return 'A topic name must not be "." or "..".';
  if (name.length > LONGEST) {
    return `A topic name has at most ${LONGEST} characters; "${name.slice(0, 20)}…" has ${name.length}.`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `"${name.slice(0, LONGEST)}" has a character other than a-z, A-Z, 0-9, ".", "_" and "-".`;
  }
  return undefined;
}

/**
 * The existing topic a new name would be confused with: `.` and `_` are the same in metric names.
 */
export function collidingTopic(name: string, existing: Iterable<string>): string | undefined {
  const flat = flatten(name);
  for (const other of existing) {
    if (other !== name && flatten(other) === flat) return other;
  }
  return undefined;
}

const flatten = (name: string) => name.replaceAll('.', '_');
