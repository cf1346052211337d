import type { Variables } from '../env.js';

export const shells = ['posix', 'fish', 'powershell', 'cmd'] as const;
export type Shell = (typeof shells)[number];

/** Lines that set the variables in a shell. Values are quoted so that nothing in them is run. */
export function setLines(shell: Shell, variables: Variables): readonly string[] {
  return Object.entries(variables).map(([name, value]) => {
    switch (shell) {
      case 'posix':
        return `export ${name}=${posixQuoted(value)}`;
      case 'fish':
        return `set -gx ${name} '${value.replaceAll(/[\\']/g, String.raw`\$&`)}';`;
      case 'powershell':
        return `$Env:${name} = '${value.replaceAll("'", "''")}'`;
      case 'cmd':
        return `SET "${name}=${cmdQuoted(value)}"`;
    }
  });
}

/** Lines that undo `setLines`. */
export function unsetLines(shell: Shell, names: readonly string[]): readonly string[] {
  return names.map((name) => {
    switch (shell) {
      case 'posix':
        return `unset ${name}`;
      case 'fish':
        return `set -e ${name};`;
      case 'powershell':
        return `Remove-Item Env:\\${name} -ErrorAction SilentlyContinue`;
      case 'cmd':
        return `SET ${name}=`;
    }
  });
}

/** The command that takes the lines, as a comment of the shell. */
export function usageLines(shell: Shell, command: string): readonly string[] {
  switch (shell) {
    case 'posix':
      return ['# Run this command to configure your shell:', `# eval "$(${command})"`];
    case 'fish':
      return ['# Run this command to configure your shell:', `# ${command} | source`];
    case 'powershell':
      return ['# Run this command to configure your shell:', `# & ${command} | Invoke-Expression`];
    case 'cmd':
      return ['REM Run this command to configure your shell:', `REM @FOR /f "tokens=*" %i IN ('${command}') DO @%i`];
  }
}

function posixQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** In a FOR over a command's output `%` would be a variable's start; quotes cannot be escaped at all and are in none of our values. */
function cmdQuoted(value: string): string {
  return value.replaceAll('"', '').replaceAll('%', '%%');
}
