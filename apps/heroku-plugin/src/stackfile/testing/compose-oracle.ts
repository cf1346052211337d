import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OracleCall {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface OracleAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What Debian's docker-compose 1.29 does for each call: its own `main`, many times in one process. */
export async function askDockerCompose(calls: readonly OracleCall[]): Promise<readonly OracleAnswer[]> {
  const script = fileURLToPath(new URL('compose-oracle.py', import.meta.url));
  // Debian's Python: docker-compose is installed for it, not for another that may stand first in PATH.
  const child = spawn('/usr/bin/python3', ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'], env: { PYTHONUTF8: '1' } });
  const answers: OracleAnswer[] = [];
  const lines = createInterface({ input: child.stdout });
  const closed = once(child, 'close');
  child.stdin.end(calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  for await (const line of lines) answers.push(JSON.parse(line) as OracleAnswer);
  await closed;
  if (answers.length !== calls.length) throw new Error(`docker-compose answered ${answers.length} of ${calls.length} calls`);
  return answers;
}

/** The same by the program itself. */
export async function runDockerCompose({ arguments: args, environment }: OracleCall): Promise<OracleAnswer> {
  return runForAnswer('docker-compose', args, { ...environment, PYTHONUTF8: '1' });
}

/** Runs a program to its end, whatever its exit status. */
export async function runForAnswer(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<OracleAnswer> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${program} did not run to its end`, { cause: error }));
      else resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
