import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toolEnvironment } from '../scripts/bootstrap/toolchain.mjs';
import { System, eventually } from './system.js';
import { tutorialCommands } from './tutorial-blocks.js';

const commands = tutorialCommands(readFileSync(join(import.meta.dirname, '..', 'docs', 'cli.md'), 'utf8'));

let system: System;
let shell: Shell;

beforeAll(async () => {
  system = await System.start(8);
  await system.linkPlugin();
  shell = new Shell(mkdtempSync(join(system.folder, 'tour-')), { ...toolEnvironment(), ...system.cliVariables() });
});

afterAll(async () => {
  shell.close();
  await system.stop();
});

it('the tutorial of docs/cli.md works as it stands, line by line', async () => {
  expect(commands.length).toBeGreaterThan(20);
  for (const { command, expected, line } of commands) {
    const { output, code } = await shell.run(command);
    const where = `docs/cli.md:${line}: ${command}\n${output}`;
    expect({ where, code }).toEqual({ where, code: 0 });
    for (const text of expected) expect(output, where).toContain(text);
  }
});

/** One bash that runs command after command, as a person's does. */
class Shell {
  readonly #bash;
  readonly #outputs = ['', ''];

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const [index, stream] of [this.#bash.stdout, this.#bash.stderr].entries()) {
      stream.on('data', (chunk) => (this.#outputs[index] += String(chunk)));
    }
  }

  async run(command: string): Promise<{ output: string; code: number }> {
    this.#outputs.fill('');
    // Without the pipe on standard input, which holds the next commands. The mark goes behind everything of the command, in both streams.
    this.#bash.stdin.write(`{ ${command}\n} < /dev/null\nended=$?\nprintf '\\nended:%s:\\n' $ended\nprintf '\\nended:%s:\\n' $ended >&2\n`);
    const end = /\nended:(\d+):\n/;
    const hasEnded = () => Promise.resolve(this.#outputs.every((output) => end.test(output)));
    await eventually(`the end of: ${command}`, hasEnded, 120_000).catch((error: unknown) => {
      throw new Error(this.#outputs.join('\n'), { cause: error });
    });
    const code = Number(end.exec(this.#outputs[0] ?? '')?.[1]);
    return { output: this.#outputs.map((output) => output.replace(end, '')).join('\n'), code };
  }

  close(): void {
    this.#bash.kill();
  }
}
