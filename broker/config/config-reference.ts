import { brokerConfigSections } from './broker-configs';
import type { ConfigDefinition } from './config-definition';
import { documentation } from './describe-configs';
import { describeAllowed } from './parse-config';
import { topicConfigs } from './topic-configs';

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => (text === '' ? '(empty)' : `\`${text}\``);

function defaultOf(definition: ConfigDefinition): string {
  if (definition.default !== null) return code(definition.default);
  const [first] = definition.fallbacks;
  return first ? `${code(first.key)}` : '(not set)';
}

function brokerRow([name, definition]: [string, ConfigDefinition]): string {
  return row([
    code(name),
    `${definition.type}: ${describeAllowed(definition)}`,
    defaultOf(definition),
    definition.dynamic,
    documentation(definition),
  ]);
}

function topicRow([name, definition]: [string, ConfigDefinition]): string {
  return row([
    code(name),
    `${definition.type}: ${describeAllowed(definition)}`,
    defaultOf(definition),
    definition.brokerKey ? code(definition.brokerKey) : '',
    documentation(definition),
  ]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function table(headers: readonly string[], rows: readonly string[]): string {
  return [row(headers), row(headers.map(() => '---')), ...rows].join('\n');
}

/** The page `docs/configs.md`: every config of brokers and topics, from the tables. */
export function renderConfigReference(): string {
  const brokerHeaders = ['Name', 'Values', 'Default', 'Change', 'Meaning'];
  const sections = brokerConfigSections.map(
    ({ title, configs }) =>
      `### ${title}\n\n${table(brokerHeaders, Object.entries(configs as Record<string, ConfigDefinition>).map(brokerRow))}`,
  );
  const topicRows = Object.entries(topicConfigs as Record<string, ConfigDefinition>).map(topicRow);
  return [
    '# Configs',
    'Made from the tables in `broker/config`; names, types, ranges and defaults are those of Apache Kafka 3.9 unless the last column says otherwise.',
    '## Brokers',
    'Set in `server.properties` or with `--override name=value`. "Change" tells what a change takes: `read-only` a restart; `per-broker` and `cluster-wide` configs can be altered in ZooKeeper for one broker, the latter also for all at once.',
    ...sections,
    '## Topics',
    'Set when a topic is created or with `kafka-configs --alter`. A topic that does not set a config gets the value of the broker config named beside it.',
    table(['Name', 'Values', 'Default', 'Broker config', 'Meaning'], topicRows),
    '',
  ].join('\n\n');
}
