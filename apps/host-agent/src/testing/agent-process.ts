import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const startTimeoutMs = 20_000;

/** The bundle as a host runs it, in a process that can be killed. */
export class AgentProcess {
  #child: ChildProcess | null = null;
  port = 0;
  output = '';

  constructor(
    private readonly bundle: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Names of what is in the environment. */
  get variables(): string[] {
    return Object.keys(this.env);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** @param more is added to the environment. @param before goes before the command. */
  async start(more: Readonly<Record<string, string>> = {}, before: readonly string[] = []): Promise<void> {
    const flags = ['--jitless', '--max-old-space-size=24', '--max-semi-space-size=1', '--v8-pool-size=1', this.bundle];
    const env = { ...this.env, ...more };
    const [command = '', ...args] = [...before, process.execPath, ...flags];
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
        const port = /listens on port (\d+)\n/.exec(this.output)?.[1];
        if (port === undefined) return;
        this.port = Number(port);
        resolve();
      });
      child.once('exit', () => reject(new Error(`the agent has ended: ${this.output}`)));
    }).finally(() => clearTimeout(timer));
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
