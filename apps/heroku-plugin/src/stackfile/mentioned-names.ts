/**
 * Names that an env file takes from the environment of compose: lines without a value, and variables within values. Which tool expands what in there
 * differs, so this is what any of them might ask for; a line of a longer quoted text may count too.
 */
export function mentionedInEnvFile(text: string): readonly string[] {
  const valueless = [...text.matchAll(/^[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_][\w.-]*)[^\S\n]*(?:#.*)?\r?$/gm)];
  const expanded = [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)];
  return [...valueless, ...expanded].map(([, name = '']) => name);
}

const joined = /^(?:--env=|--build-arg=|-e=?)([A-Za-z_]\w*)$/;

/** Names that the words behind `run`, `exec` or `build` take from the environment: `-e NAME`, `--env NAME`, `--build-arg NAME`. */
export function mentionedInArguments(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const isOption = word === '-e' || word === '--env' || word === '--build-arg';
    const name = isOption ? words[index + 1] : joined.exec(word)?.[1];
    return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? [name] : [];
  });
}
