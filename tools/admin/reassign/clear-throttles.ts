import type { Admin, ResourceConfigs } from '../../../client/admin';
import { KafkaClassicError } from '../../../client/runtime/error';
import { splitList } from '../../../client/runtime/split-list';
import { AdminToolError } from '../admin-tool-error';
import { outcomes } from '../outcomes';
import type { Assignment } from './reassignment-file';
import { removalOf, TOPIC_THROTTLES } from './throttle';

type ClearingAdmin = Pick<
  Admin,
  'describeCluster' | 'describeConfigs' | 'incrementalAlterConfigs' | 'listTopics'
>;

/**
 * Removes the throttles of every broker and of every topic this tool may have throttled: the topics
 * named, and those that were moved by other files. Brokers that are down come back without.
 *
 * The lists of replicas at the topics go last. They tell which brokers have been throttled, so that
 * a clearance that was interrupted can be done again.
 *
 * @throws AdminToolError THROTTLES_LEFT
 */
export async function clearThrottles(
  admin: ClearingAdmin,
  assignments: readonly Assignment[],
  print: (line: string) => void,
): Promise<void> {
  const named = assignments.map(({ topic }) => topic);
  const throttled = await throttledTopics(admin, named);
  const live = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
  const brokers = inOrder([
    ...live,
    ...assignments.flatMap(({ replicas }) => replicas),
    ...throttled.flatMap(brokersIn),
  ]);
  print(`Clearing broker-level throttles on ${counted('broker', brokers)}`);
  await mustSucceed(
    admin.incrementalAlterConfigs(removalOf('BROKER', brokers), { brokersMayBeAbsent: true }),
  );
  const topics = throttled.map(({ name }) => name).sort();
  if (topics.length === 0) return;
  print(`Clearing topic-level throttles on ${counted('topic', topics)}`);
  await mustSucceed(admin.incrementalAlterConfigs(removalOf('TOPIC', topics)));
}

/** Those named, as far as they exist, and those that list replicas one by one, as this tool does. */
async function throttledTopics(
  admin: ClearingAdmin,
  named: readonly string[],
): Promise<ResourceConfigs[]> {
  const all = await admin.listTopics({ listInternal: true });
  const { succeeded } = await outcomes(
    admin.describeConfigs(
      all.map(({ name }) => ({ type: 'TOPIC', name, configNames: TOPIC_THROTTLES })),
    ),
  );
  return succeeded.filter((topic) => named.includes(topic.name) || brokersIn(topic).length > 0);
}

/** The brokers in a topic's lists of throttled replicas. */
function brokersIn({ configs }: ResourceConfigs): number[] {
  return configs
    .flatMap(({ value }) => splitList(value ?? ''))
    .filter((pair) => pair.includes(':'))
    .map((pair) => Number(pair.slice(pair.indexOf(':') + 1)));
}

async function mustSucceed(call: Promise<void>): Promise<void> {
  const { failures } = await outcomes(call.then(() => []));
  const left = [...failures].filter(
    ([, error]) => !(KafkaClassicError.is(error) && error.code === 'UNKNOWN_TOPIC_OR_PARTITION'),
  );
  if (left.length === 0) return;
  const reasons = left.map(([name, error]) => `${name}: ${error.message}`);
  throw new AdminToolError(`Throttles could not be removed. ${reasons.join(' ')}`, {
    code: 'THROTTLES_LEFT',
    advice: 'Run --verify again until they are.',
  });
}

function inOrder(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function counted(what: string, things: readonly (string | number)[]): string {
  return `${what}${things.length === 1 ? '' : 's'} ${things.join(',')}`;
}
