import { metricTable, type MetricDefinition } from './metric-table';

/** What the names begin with, in the order of the table. */
const groups: readonly (readonly [prefix: string, title: string])[] = [
  ['kafka_server_', 'Partitions and replicas'],
  ['kafka_controller_', 'Controller'],
  ['kafka_network_', 'Requests and connections'],
  ['kafka_log_', 'Logs and compaction'],
  ['kafka_group_', 'Consumer groups'],
  ['kafka_zookeeper_', 'ZooKeeper'],
];

/** The tables of `docs/metrics.md`: every metric of a broker, from the table. */
export function renderMetricTables(): string {
  const all = Object.entries<MetricDefinition>(metricTable);
  const homeless = all.filter(([name]) => !groups.some(([prefix]) => name.startsWith(prefix)));
  if (homeless.length > 0) throw new Error(`No group has ${homeless.map(String).join(', ')}.`);
  return groups
    .map(([prefix, title]) => {
      const rows = all.filter(([name]) => name.startsWith(prefix)).map(row);
      return [
        `### ${title}`,
        '',
        '| metric | type | labels | meaning |',
        '|---|---|---|---|',
        ...rows,
      ];
    })
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function row([name, { type, labels, help }]: [string, MetricDefinition]): string {
  const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help];
  return `| ${cells.join(' | ').replaceAll('  ', ' ')} |`;
}
