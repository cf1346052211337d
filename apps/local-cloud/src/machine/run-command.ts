import { execFile } from 'node:child_process';

export interface CommandOptions {
  /** Text for the command's standard input. */
  input?: string;
  /** The command is killed after this time. @defaultValue 15 s */
  timeoutMs?: number;
}

/**
 * Runs one program of the machine (never a shell string) and gives its standard output.
 * @throws Error that holds the command line and what it wrote to standard error.
 */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { input, timeoutMs = 15_000 } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = error.killed ? `killed after ${timeoutMs} ms` : stderr.trim() || error.message;
      reject(new Error(`${[command, ...args].join(' ')}: ${why}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined); // the program may end before it has read everything; its exit code tells
    child.stdin?.end(input ?? '');
  });
}
