import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { nodeBinary, root } from '../scripts/bootstrap/toolchain.mjs';
import { eventually, type System } from './system.js';

/** One more process of an app beside the system's own. */
export class SecondProcess {
  readonly #child: ChildProcess;

  /** @param name its MEMBER_NAME. @param port of its health routes. */
  constructor(
    system: System,
    private readonly app: 'log-drain' | 'monitor',
    name: string,
    private readonly port: number,
  ) {
    const environment = system.app.settings.environments[app] ?? {};
    this.#child = spawn(nodeBinary(), [join(root, 'apps', app, 'dist', 'main.js')], {
      env: { ...environment, MEMBER_NAME: name, PORT: String(port) },
      stdio: 'ignore',
    });
  }

  async ready(): Promise<void> {
    await eventually(`the second ${this.app}`, async () => (await fetch(`http://127.0.0.1:${String(this.port)}/ready`)).ok);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }
}
