/** For a SELECT: each column of the table under the name that the property has. @param prefix goes before each name. */
export function listColumns(table: string, columns: Readonly<Record<string, string>>, prefix = ''): string {
  return Object.entries(columns)
    .map(([name, column]) => `${table}.${column} AS "${prefix}${name}"`)
    .join(', ');
}
