import {
  AdminError,
  type Admin,
  type GroupDescription,
  type GroupListing,
  type ListGroupsOptions,
} from '../../../client/admin';
import { uniqueGroups } from '../../../client/admin/list-groups';
import { describeError } from '../../../client/runtime/error';
import { ExitCode, type CommandContext } from '../../cli/command';
import {
  formatListing,
  formatMembers,
  formatOffsets,
  formatState,
  membersAsJson,
  offsetsAsJson,
  stateAsJson,
} from './format-groups';
import { progressOf } from './group-lag';
import { groupNotice } from './group-notice';
import { statesOf, typesOf, type GroupsOptions } from './groups-options';

export type GroupsContext = Pick<CommandContext<GroupsOptions>, 'options' | 'print' | 'note'>;

/** Ids given with `--group`, or of all groups. */
export async function groupsMeant(
  admin: Pick<Admin, 'listGroups'>,
  { group, allGroups, timeout: timeoutMs }: GroupsOptions,
): Promise<string[]> {
  if (!allGroups) return [...new Set(group)];
  return (await admin.listGroups({ timeoutMs })).map(({ groupId }) => groupId);
}

/** `--list`. What some brokers told is printed although others did not answer. */
export async function listGroups(
  admin: Pick<Admin, 'listGroups'>,
  { options, print, note }: GroupsContext,
): Promise<number> {
  const { timeout: timeoutMs, state, type, json } = options;
  const { groups, failures } = await listed(admin, {
    timeoutMs,
    states: statesOf(options),
    types: typesOf(options),
  });
  const shown = { state: state !== undefined, type: type !== undefined };
  if (json) print(JSON.stringify(groups));
  else if (shown.state || shown.type) formatListing(groups, shown).forEach(print);
  else groups.forEach(({ groupId }) => print(groupId));
  for (const [broker, error] of failures) {
    note(`\nError: Groups of ${broker} are missing: ${describeError(error)}`);
  }
  return failures.size > 0 ? ExitCode.failure : ExitCode.ok;
}

async function listed(
  admin: Pick<Admin, 'listGroups'>,
  options: ListGroupsOptions,
): Promise<{ groups: GroupListing[]; failures: ReadonlyMap<string, Error> }> {
  try {
    return { groups: await admin.listGroups(options), failures: new Map() };
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const lists = [...error.succeeded.values()] as GroupListing[][];
    return { groups: uniqueGroups(lists), failures: error.failures };
  }
}

/** `--describe`. */
export async function describeGroups(
  admin: Pick<Admin, 'listGroups' | 'describeGroups' | 'listGroupOffsets' | 'listOffsets'>,
  context: GroupsContext,
): Promise<number> {
  const { options, print, note } = context;
  const timeoutMs = options.timeout;
  const ids = await groupsMeant(admin, options);
  const groups = await admin.describeGroups(ids, { timeoutMs });
  groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  let code: number = ExitCode.ok;
  const described: object[] = [];
  for (const group of groups) {
    const notice = groupNotice(group);
    if (notice) note(`\n${notice.text}`);
    if (notice && !notice.exists) {
      code = ExitCode.failure;
      continue;
    }
    const { json, lines } = await viewOf(admin, group, options);
    described.push(json);
    // A header stands above something.
    if (!options.json && lines.length > 1) ['', ...lines].forEach(print);
  }
  if (options.json) print(JSON.stringify(described));
  return code;
}

async function viewOf(
  admin: Pick<Admin, 'listGroupOffsets' | 'listOffsets'>,
  group: GroupDescription,
  { members, state, verbose = false, timeout }: GroupsOptions,
): Promise<{ json: object; lines: string[] }> {
  if (members) return { json: membersAsJson(group), lines: formatMembers(group, verbose) };
  if (state) return { json: stateAsJson(group), lines: formatState(group) };
  const rows = await progressOf(admin, group, timeout);
  return { json: offsetsAsJson(group, rows), lines: formatOffsets(group.groupId, rows) };
}
