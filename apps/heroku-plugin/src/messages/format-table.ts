/** Columns as wide as their widest cell; the first row is the heading. What others wrote, such as notes, moves neither cursor nor row. */
export function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const table = rows.map((row) => row.map((cell) => cell.replaceAll(/\p{Cc}+/gu, ' ')));
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
