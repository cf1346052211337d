import { fileURLToPath } from 'node:url';
import { format } from 'node:util';

interface OclifCommand {
  run(argv: string[], options: { root: string }): Promise<unknown>;
}

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command's class as oclif does, in this process and the folder it stands in, with nobody at the terminal. */
export async function runCommand(command: OclifCommand, ...argv: string[]): Promise<CommandResult> {
  const written = { out: '', err: '' };
  // oclif writes through the console.
  const { log, error } = console;
  console.log = (...values: unknown[]) => void (written.out += `${format(...values)}\n`);
  console.error = (...values: unknown[]) => void (written.err += `${format(...values)}\n`);
  try {
    await command.run(argv, { root: fileURLToPath(new URL('../../..', import.meta.url)) });
    return { code: 0, ...written };
  } catch (failure) {
    const { message, oclif } = failure as { message: string; oclif?: { exit?: number } };
    return { code: oclif?.exit ?? 2, out: written.out, err: written.err + message };
  } finally {
    Object.assign(console, { log, error });
  }
}
