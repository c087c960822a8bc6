import type { Admin, ConfigChange, ResourceConfigs } from '../../../client/admin';
import type { CommandContext } from '../../cli/command';
import { loadPropertiesFile } from '../../cli/properties-file';
import { AdminToolError } from '../admin-tool-error';
import { chosenEntity, type EntityChoice, type EntityType } from './config-entity';
import type { ConfigsAction, ConfigsOptions } from './configs-options';
import { configsAsJson, dynamicSource, formatAltered, formatConfigs } from './format-configs';
import { checkedNames, parseAddedConfigs } from './parse-added-configs';

type Context = Pick<CommandContext<ConfigsOptions>, 'options' | 'print'>;

/**
 * Makes of the command line what is to be done.
 *
 * @throws UsageError, FileUnreadableError
 */
export function plannedConfigsAction(
  action: ConfigsAction,
  context: Context,
): (admin: Admin) => Promise<void> {
  const entity = chosenEntity(action, context.options);
  if (action === 'describe') return (admin) => describe(admin, entity, context);
  const changes = changesFrom(context.options);
  return (admin) => alter(admin, { type: entity.type, name: entity.name ?? '' }, changes, context);
}

function changesFrom({ addConfig, addConfigFile, deleteConfig = [] }: ConfigsOptions) {
  const added =
    addConfigFile === undefined
      ? parseAddedConfigs(addConfig ?? '')
      : checkedNames(loadPropertiesFile(addConfigFile));
  const set = Object.entries(added).map(([name, value]): ConfigChange => ({ name, value }));
  const unset = deleteConfig.map((name): ConfigChange => ({ name, operation: 'DELETE' }));
  return [...set, ...unset];
}

interface Entity {
  readonly type: EntityType;
  /** Empty for the default of all brokers. */
  readonly name: string;
}

async function describe(
  admin: Admin,
  choice: EntityChoice,
  { options, print }: Context,
): Promise<void> {
  const all = options.all ?? false;
  const shown: object[] = [];
  for (const { type, name, configs } of await configsOf(admin, await entities(admin, choice))) {
    const source = dynamicSource(type, name);
    const wanted = configs
      .filter((config) => all || config.source === source)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (options.json) shown.push(configsAsJson(type, name, wanted));
    else formatConfigs(type, name, wanted, { all }).forEach(print);
  }
  if (options.json) print(JSON.stringify(shown));
}

/** Those that are meant: the one named, or all there are. */
async function entities(admin: Admin, { type, name }: EntityChoice): Promise<Entity[]> {
  if (name !== undefined) return [{ type, name }];
  if (type === 'topics') {
    const topics = await admin.listTopics({ listInternal: true });
    return topics.map((topic) => ({ type, name: topic.name }));
  }
  const { brokers } = await admin.describeCluster();
  return [...brokers.map(({ nodeId }) => ({ type, name: String(nodeId) })), { type, name: '' }];
}

async function configsOf(
  admin: Admin,
  entities: readonly Entity[],
): Promise<(Entity & Pick<ResourceConfigs, 'configs'>)[]> {
  await mustBeAlive(admin, entities);
  const described = await admin.describeConfigs(entities.map(resourceOf), {
    includeSynonyms: true,
  });
  return entities.map((entity, i) => ({ ...entity, configs: [...described[i].configs] }));
}

async function alter(
  admin: Admin,
  entity: Entity,
  changes: readonly ConfigChange[],
  { print }: Context,
): Promise<void> {
  const [{ configs }] = await configsOf(admin, [entity]);
  const source = dynamicSource(entity.type, entity.name);
  const present = new Set(configs.filter((c) => c.source === source).map(({ name }) => name));
  const invalid = changes.filter((c) => c.operation === 'DELETE' && !present.has(c.name));
  if (invalid.length > 0) {
    throw new AdminToolError(`Invalid config(s): ${invalid.map(({ name }) => name).join(',')}.`, {
      code: 'INVALID_CONFIG',
      advice: 'Only configs that are set can be deleted; see --describe.',
    });
  }
  await admin.incrementalAlterConfigs([{ ...resourceOf(entity), changes }]);
  print(formatAltered(entity.type, entity.name));
}

/** Only a broker itself knows its configs; the client would wait a minute for it to come back. */
async function mustBeAlive(admin: Admin, entities: readonly Entity[]): Promise<void> {
  const asked = entities.filter(({ type, name }) => type === 'brokers' && name !== '');
  if (asked.length === 0) return;
  const { brokers } = await admin.describeCluster();
  const live = brokers.map(({ nodeId }) => String(nodeId));
  const gone = asked.find(({ name }) => !live.includes(name));
  if (!gone) return;
  throw new AdminToolError(`There is no live broker ${gone.name}; live are: ${live.join(', ')}.`, {
    code: 'BROKER_NOT_AVAILABLE',
    advice: 'Start it, or use another id.',
  });
}

function resourceOf({ type, name }: Entity): { type: 'TOPIC' | 'BROKER'; name: string } {
  return { type: type === 'topics' ? 'TOPIC' : 'BROKER', name };
}
