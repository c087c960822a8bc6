import { AdminError, type Admin, type PartitionItem } from '../../../client/admin';
import { describeError, KafkaClassicError } from '../../../client/runtime/error';
import { ExitCode } from '../../cli/command';
import { groupsMeant, type GroupsContext } from './list-and-describe';
import { paddedRows } from './padded-rows';
import { partitionsMeant } from './topic-argument';

type Failures = ReadonlyMap<string, Error>;

/** `--delete`. */
export async function deleteGroups(
  admin: Pick<Admin, 'listGroups' | 'deleteGroups'>,
  { options, print, note }: GroupsContext,
): Promise<number> {
  const ids = await groupsMeant(admin, options);
  const failures = await failuresOf(admin.deleteGroups(ids, { timeoutMs: options.timeout }));
  const deleted = ids.filter((id) => !failures.has(id)).map((id) => `'${id}'`);
  if (failures.size === 0) {
    print(`Deletion of requested consumer groups (${deleted.join(', ')}) was successful.`);
    return ExitCode.ok;
  }
  note('\nError: Deletion of some consumer groups failed:');
  for (const [id, error] of failures) {
    note(`* Group '${id}' could not be deleted due to: ${describeError(error)}`);
  }
  if (deleted.length > 0) {
    print(`\nThese consumer groups were deleted successfully: ${deleted.join(', ')}`);
  }
  return ExitCode.failure;
}

/** `--delete-offsets`. */
export async function deleteOffsets(
  admin: Pick<Admin, 'describeTopics' | 'deleteGroupOffsets'>,
  { options, print, note }: GroupsContext,
): Promise<number> {
  const { group, topic: topics, timeout: timeoutMs } = options;
  const [groupId] = group;
  const partitions = await partitionsMeant(admin, topics, timeoutMs);
  const failures = await failuresOf(admin.deleteGroupOffsets(groupId, partitions, { timeoutMs }));
  const [first] = failures.values();
  if (first === undefined) {
    const names = topics.join(', ');
    print(`Request succeed for deleting offsets with topic ${names} group ${groupId}`);
  } else {
    note(`\nError: ${headline(first, groupId)}`);
  }
  const rows = [...partitions]
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
    .map((item) => [item.topic, String(item.partition), statusOf(item, failures)]);
  ['', ...paddedRows(['TOPIC', 'PARTITION', 'STATUS'], rows, [30, 15, 15])].forEach(print);
  return first === undefined ? ExitCode.ok : ExitCode.failure;
}

function headline(error: Error, groupId: string): string {
  switch (KafkaClassicError.is(error) ? error.code : undefined) {
    case 'INVALID_GROUP_ID':
      return `'${groupId}' is not valid.`;
    case 'GROUP_ID_NOT_FOUND':
      return `'${groupId}' does not exist.`;
    case 'GROUP_AUTHORIZATION_FAILED':
      return `Access to '${groupId}' is not authorized.`;
    case 'NON_EMPTY_GROUP':
      return `Deleting offsets of a consumer group '${groupId}' is forbidden if the group is not empty.`;
    case 'GROUP_SUBSCRIBED_TO_TOPIC':
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return 'Encounter some partition level error, see the follow-up details:';
    default:
      return `Encounter some unknown error: ${describeError(error)}`;
  }
}

function statusOf({ topic, partition }: PartitionItem, failures: Failures): string {
  const error = failures.get(`${topic}-${partition}`);
  return error === undefined ? 'Successful' : `Error: ${describeError(error)}`;
}

/** Why, by what did not succeed. @throws what made the call fail as a whole */
async function failuresOf(call: Promise<void>): Promise<Failures> {
  try {
    await call;
    return new Map();
  } catch (error) {
    if (error instanceof AdminError) return error.failures;
    throw error;
  }
}
