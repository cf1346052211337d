import type { Terminal } from '../messages/terminal.js';

/** Keeps what a person would have seen. */
export class RecordedTerminal implements Terminal {
  isInteractive = false;
  readonly lines: string[] = [];
  readonly warnings: string[] = [];

  say(line: string): void {
    this.lines.push(line);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  redraw(line: string): void {
    this.lines.push(line);
  }
}
