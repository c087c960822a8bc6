/** Metrics by name, one per line in the order of their names, as Kafka's ToolsUtils prints them. */
export function metricLines(
  group: string,
  clientId: string,
  metrics: Readonly<Record<string, number>>,
): string[] {
  const named = Object.entries(metrics).map(([name, value]) => ({
    name: `${group}:${kebab(name)}:{client-id=${clientId}}`,
    value: value.toFixed(3),
  }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(0, ...named.map(({ name }) => name.length));
  return [
    '',
    `${'Metric Name'.padEnd(width)}   Value`,
    ...named.map(({ name, value }) => `${name.padEnd(width)} : ${value}`),
  ];
}

/** `recordsDelivered` as Kafka would write it: `records-delivered`. */
function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
