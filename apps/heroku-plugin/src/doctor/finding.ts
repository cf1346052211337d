/** What one check found. `ok` is worth a line too: it says what was looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  /** For programs: stable, kebab-case. */
  readonly code: string;
  /** One line, without a secret. */
  readonly text: string;
  /** Sentences and commands that mend it, one a line; empty for `ok`. */
  readonly mend: readonly string[];
}

export function ok(code: string, text: string): Finding {
  return { level: 'ok', code, text, mend: [] };
}

export function warning(code: string, text: string, ...mend: readonly [string, ...string[]]): Finding {
  return { level: 'warning', code, text, mend };
}

export function error(code: string, text: string, ...mend: readonly [string, ...string[]]): Finding {
  return { level: 'error', code, text, mend };
}
