import type { Terminal } from './terminal.js';

const everyMs = 200;

/** One line that is drawn over while something large moves; nothing where nobody looks at a terminal. */
export class TransferProgress {
  #drawnAt = 0;
  #isDrawn = false;

  constructor(private readonly terminal: Terminal) {}

  /** @param describe makes the line; called a few times a second at most. */
  show(describe: () => string): void {
    const now = Date.now();
    if (!this.terminal.isInteractive || now - this.#drawnAt < everyMs) return;
    this.#drawnAt = now;
    this.#isDrawn = true;
    this.terminal.redraw(describe());
  }

  /** Takes the line away again. */
  end(): void {
    if (this.#isDrawn) this.terminal.redraw('');
    this.#isDrawn = false;
  }
}
