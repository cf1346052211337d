/** Where messages to the person go. Everything here is stderr: stdout belongs to docker and to `--json`. */
export interface Terminal {
  /** True when a person sees it and lines may be drawn over. */
  readonly isInteractive: boolean;
  say(line: string): void;
  warn(text: string): void;
  /** Draws over the line that stands; only when interactive. */
  redraw(line: string): void;
}

/** @param warn how the surroundings print a warning: the CLI has a form of its own. */
export function stderrTerminal(warn: (text: string) => void): Terminal {
  return {
    isInteractive: process.stderr.isTTY,
    say: (line) => void process.stderr.write(`${line}\n`),
    warn,
    redraw: (line) => void process.stderr.write(`\r\u001b[2K${line}`),
  };
}
