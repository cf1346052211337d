/** What the plugin takes for itself, in the form that its own parser reads, and what docker gets. */
export interface SplitArguments {
  readonly claimed: readonly string[];
  /** Verbatim and in order. */
  readonly passed: readonly string[];
}

const longFlags = new Set(['--app', '--remote', '--addon']);

/**
 * Parts the plugin's own flags from docker's. Ours are `--app`, `--remote` and `--addon` anywhere before a `--`; `-a` and `-r` only before the
 * first word that is docker's (`ps -a` is docker's own). A `--` before any word of docker's is ours and dropped, a later one is docker's and
 * stays; both end the claiming. A flag without its value is left to the parser, which names it.
 */
export function splitArguments(argv: readonly string[]): SplitArguments {
  const claimed: string[] = [];
  const passed: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    if (word === '--') {
      passed.push(...argv.slice(passed.length === 0 ? index + 1 : index));
      break;
    }
    const isOurs = longFlags.has(word) || (passed.length === 0 && (word === '-a' || word === '-r'));
    if (isOurs) {
      claimed.push(...argv.slice(index, index + 2));
      index += 1;
    } else if (isJoined(word, passed.length === 0)) {
      claimed.push(word);
    } else {
      passed.push(word);
    }
  }
  return { claimed, passed };
}

/** `--app=X`; before docker's first word also `-aX`. */
function isJoined(word: string, isFirst: boolean): boolean {
  const equals = word.indexOf('=');
  if (equals > 0 && longFlags.has(word.slice(0, equals))) return true;
  return isFirst && /^-[ar][^-]/.test(word);
}
