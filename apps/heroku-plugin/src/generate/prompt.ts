import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';

/** Questions on the terminal. Answers to hidden ones are not shown. */
export interface Prompt {
  /** @returns the line without its end, or null when the input ended or Ctrl-C was pressed. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | null>;
  close(): void;
}

/** @param output where questions go: stderr, so that stdout stays clean. */
export function createPrompt(input: Readable, output: Writable, isTerminal: boolean): Prompt {
  let hidden = false;
  // What the user types is echoed by readline through its output: a filter in front of it keeps secrets off the screen.
  const echo = new Writable({
    write(chunk: Buffer, encoding, done) {
      if (!hidden) output.write(chunk, encoding);
      done();
    },
  });
  const readline = createInterface({ input, output: echo, terminal: isTerminal });
  const waiting: string[] = [];
  const askers: ((line: string | null) => void)[] = [];
  let ended = false;
  // One listener for all lines: an answer that comes before its question (pasted, piped) is not lost.
  readline.on('line', (line) => {
    const asker = askers.shift();
    if (asker) asker(line);
    else waiting.push(line);
  });
  readline.on('close', () => {
    ended = true;
    for (const asker of askers.splice(0)) asker(null);
  });
  readline.on('SIGINT', () => readline.close());
  return {
    async ask(question, options = {}) {
      output.write(question);
      const early = waiting.shift();
      if (early !== undefined) return early;
      if (ended) return null;
      hidden = options.hidden === true;
      const line = await new Promise<string | null>((resolve) => askers.push(resolve));
      if (hidden) output.write('\n');
      hidden = false;
      return line;
    },
    close: () => readline.close(),
  };
}
