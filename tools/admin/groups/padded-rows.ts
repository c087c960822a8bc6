/**
 * A header and rows in columns, as Java's printf pads them: a column is as wide as its longest cell
 * and no narrower than given; 0 for the last one, which is not padded.
 */
export function paddedRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
): string[] {
  const widest = widths.map((width, column) =>
    width === 0 ? 0 : Math.max(width, ...[header, ...rows].map((cells) => cells[column].length)),
  );
  return [header, ...rows].map((cells) =>
    cells.map((cell, column) => cell.padEnd(widest[column])).join(' '),
  );
}
