import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../node_modules/.bin/heroku', import.meta.url));

/** What the real CLI needs to talk to a Heroku of ours, and to nobody else. */
export function cliEnvironment(herokuUrl: string, home: string): Record<string, string> {
  return {
    PATH: `${fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url))}:${process.execPath.slice(0, process.execPath.lastIndexOf('/'))}:/usr/bin:/bin`,
    HEROKU_HOST: herokuUrl,
    HEROKU_API_KEY: 'HRKU-test',
    HEROKU_PARTICLEBOARD_URL: herokuUrl,
    DISABLE_TELEMETRY: 'true',
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
    // Otherwise every new home starts a detached `heroku update --autoupdate`, which outlives the command for minutes.
    HEROKU_DISABLE_AUTOUPDATE: 'true',
    HOME: home,
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_DATA_HOME: `${home}/data`,
    XDG_CONFIG_HOME: `${home}/config`,
    NO_COLOR: '1',
  };
}

export function spawnCli(environment: Record<string, string>, args: readonly string[], cwd: string): ChildProcess {
  return spawn(cli, args, { env: environment, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs one command to its end, at most a minute. */
export async function runCli(
  environment: Record<string, string>,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawnCli(environment, args, cwd);
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  return { code, out, err };
}
