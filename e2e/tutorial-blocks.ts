/** One command of the tutorial, as a person would type it into bash, and what must appear in its output (stdout or stderr). */
export interface TutorialCommand {
  readonly command: string;
  readonly expected: readonly string[];
  /** Of the command, in the file; from 1. */
  readonly line: number;
}

/**
 * The commands of all blocks marked "```sh tutorial", in order. They are meant for one bash that runs them all, starting in an empty folder:
 * later ones rely on the folder and the variables that earlier ones set. A line that ends in `\` goes on in the next; `# => text` lines
 * belong to the command above them; other comments and empty lines are for the reader.
 * @throws Error for an expectation without a command, and for a block that does not end
 */
export function tutorialCommands(markdown: string): TutorialCommand[] {
  const commands: { command: string; expected: string[]; line: number }[] = [];
  let isInside = false;
  let started: { text: string; line: number } | null = null;
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    if (!isInside) {
      isInside = text.trim() === '```sh tutorial';
      continue;
    }
    if (text.trim() === '```') {
      if (started) throw new Error(`the command of line ${String(started.line)} does not end`);
      isInside = false;
      continue;
    }
    const expectation = /^# => (.+)$/.exec(text);
    if (expectation && !started) {
      const last = commands.at(-1);
      if (!last) throw new Error(`line ${String(line)} expects something of no command`);
      last.expected.push(expectation[1] ?? '');
    } else if (started || (text.trim() !== '' && !text.startsWith('#'))) {
      const { text: before, line: first }: { text: string; line: number } = started ?? { text: '', line };
      if (text.endsWith('\\')) started = { text: `${before}${text.slice(0, -1).trim()} `, line: first };
      else {
        commands.push({ command: `${before}${text.trim()}`, expected: [], line: first });
        started = null;
      }
    }
  }
  if (isInside) throw new Error('the last block does not end');
  return commands;
}
