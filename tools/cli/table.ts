import Table from 'cli-table3';

export interface TableColumn {
  readonly header: string;
  /** Default `left`; numbers read better `right`. */
  readonly align?: 'left' | 'right';
}

export type TableCell = string | number;

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
);

/**
 * Padded columns without lines, the way Kafka's tools print: easy to read, easy to `awk`.
 * Columns are two spaces apart; lines end without blanks.
 */
export function plainTable(columns: readonly TableColumn[], rows: readonly TableCell[][]): string {
  const table = new Table({
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(
    columns.map((column) => column.header),
    ...rows,
  );
  return withoutTrailingBlanks(table.toString());
}

/** A table with lines around its cells, for reports that only people read. */
export function boxedTable(columns: readonly TableColumn[], rows: readonly TableCell[][]): string {
  const table = new Table({
    head: columns.map((column) => column.header),
    style: { head: [], border: [] },
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(...rows);
  return table.toString();
}

function withoutTrailingBlanks(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
