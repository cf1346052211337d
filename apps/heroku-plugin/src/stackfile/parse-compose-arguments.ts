/** A call of compose, taken apart. Nothing is lost: `globalOptions`, `subcommand` and `rest` in this order are the call again. */
export interface ComposeArguments {
  /** What stands before the subcommand, as written. */
  readonly globalOptions: readonly string[];
  /** `-f`, in order. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly projectName?: string;
  readonly projectDirectory?: string;
  /** `--help` or `--version` before the subcommand: nothing will be run. */
  readonly onlyTells: boolean;
  readonly subcommand?: string;
  /** What stands behind the subcommand. */
  readonly rest: readonly string[];
}

/** Global options with a value, of `docker compose` and of docker-compose 1.29 together. All others have none. */
const withValue: ReadonlySet<string> = new Set([
  '--ansi',
  '--context',
  '--env-file',
  '--file',
  '--host',
  '--log-level',
  '--parallel',
  '--profile',
  '--progress',
  '--project-directory',
  '--project-name',
  '--tlscacert',
  '--tlscert',
  '--tlskey',
  '--workdir',
]);

const longNames: ReadonlyMap<string, string> = new Map([
  ['f', '--file'],
  ['p', '--project-name'],
  ['c', '--context'],
  ['H', '--host'],
  ['h', '--help'],
  ['v', '--version'],
]);

interface Option {
  readonly name: string;
  readonly value?: string;
}

/** Finds the subcommand among the global options. What compose would refuse is passed on for compose to refuse. */
export function parseComposeArguments(args: readonly string[]): ComposeArguments {
  const options: Option[] = [];
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? '';
    if (word === '--') {
      at++;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const found = word.startsWith('--') ? readLong(word, args[at + 1]) : readShort(word, args[at + 1]);
    options.push(...found.options);
    at += found.words;
  }
  const values = (name: string): readonly string[] =>
    options.flatMap((option) => (option.name === name && option.value !== undefined ? [option.value] : []));
  const projectName = values('--project-name').at(-1);
  const projectDirectory = values('--project-directory').at(-1) ?? values('--workdir').at(-1);
  const subcommand = args[at];
  return {
    globalOptions: args.slice(0, at),
    files: values('--file'),
    envFiles: values('--env-file'),
    profiles: values('--profile'),
    ...(projectName === undefined ? {} : { projectName }),
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
    onlyTells: options.some(({ name }) => name === '--help' || name === '--version'),
    ...(subcommand === undefined ? {} : { subcommand }),
    rest: args.slice(at + 1),
  };
}

interface Found {
  readonly options: readonly Option[];
  /** How many words of the call it takes. */
  readonly words: 1 | 2;
}

function readLong(word: string, next: string | undefined): Found {
  const equals = word.indexOf('=');
  if (equals !== -1) return { options: [{ name: word.slice(0, equals), value: word.slice(equals + 1) }], words: 1 };
  if (!withValue.has(word) || next === undefined) return { options: [{ name: word }], words: 1 };
  return { options: [{ name: word, value: next }], words: 2 };
}

/** `-f x`, `-fx`, `-f=x`, and several letters in one word, the last of which may have a value. */
function readShort(word: string, next: string | undefined): Found {
  const options: Option[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const name = longNames.get(letter) ?? `-${letter}`;
    if (!withValue.has(name)) {
      options.push({ name });
      continue;
    }
    const attached = word.slice(at + 1).replace(/^=/, '');
    if (attached) return { options: [...options, { name, value: attached }], words: 1 };
    if (next === undefined) return { options: [...options, { name }], words: 1 };
    return { options: [...options, { name, value: next }], words: 2 };
  }
  return { options, words: 1 };
}
