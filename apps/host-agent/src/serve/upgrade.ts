import { spawn } from 'node:child_process';
import { reasonOf, type Log } from '../log.js';
import { sha256Of } from './release.js';

const fetchTimeoutMs = 10 * 60_000;

export interface UpgradeContext {
  /** Puts another bundle in our place, or does nothing when ours is the one that the control plane names. */
  readonly command: string;
  /** Our bundle, and what it held when we started. */
  readonly bundle: string;
  readonly sha256: string;
  /** Ends this agent; systemd starts what is there then. */
  readonly exit: () => void;
  readonly log: Log;
}

/** Fetches the control plane's release with a program of its own, so that a broken agent can still be replaced by it. */
export class Upgrade {
  #isRunning = false;

  constructor(private readonly context: UpgradeContext) {}

  /** At most one at a time; asked again meanwhile, it is the same one. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.context.log('asked to fetch the release of the control plane');
    // What it prints says why a release was refused; the journal has it under our unit.
    const child = spawn(this.context.command, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), fetchTimeoutMs);
    child.once('error', (error) => this.#end(timer, reasonOf(error)));
    child.once('exit', (code, signal) => this.#end(timer, code === 0 ? null : `it ended with ${code ?? signal}`));
  }

  #end(timer: NodeJS.Timeout, failure: string | null): void {
    clearTimeout(timer);
    this.#isRunning = false;
    if (failure !== null) this.context.log(`fetching the release failed: ${failure}`);
    else if (!this.#isReplaced()) this.context.log('this is the release of the control plane already');
    else {
      this.context.log('another release is in place: ending, for systemd to start it');
      this.context.exit();
    }
  }

  #isReplaced(): boolean {
    try {
      return sha256Of(this.context.bundle) !== this.context.sha256;
    } catch {
      return false; // no bundle at all: staying is better than ending
    }
  }
}
