// The real Heroku CLI against the local Heroku, with a home folder of its own so that nobody's login is touched.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolEnvironment } from '../bootstrap/toolchain.mjs';

/** The variables that point the CLI at the local Heroku; also what a user copies into a shell. */
export function cliVariables(herokuUrl, home) {
  return {
    HEROKU_HOST: herokuUrl,
    HEROKU_PARTICLEBOARD_URL: herokuUrl,
    HEROKU_API_KEY: 'local-developer',
    DISABLE_TELEMETRY: 'true',
    // Else every new home folder starts a detached `heroku update` that outlives the command.
    HEROKU_DISABLE_AUTOUPDATE: 'true',
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
    // A linked plugin runs as it was built; the CLI would say so before every command.
    OCLIF_DISABLE_LINKED_ESM_WARNING: '1',
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
  };
}

/** `apps/heroku-plugin`, linked into the CLI's scratch home as `heroku plugins:link` does it for anybody. */
export const pluginFolder = join(root, 'apps', 'heroku-plugin');

/**
 * @returns a function that runs one command and gives its output; `onLine` sees lines as they come.
 * Its second argument: `{ timeoutMs, allowFailure, cwd, env, input, onOutput }`, `input` being text for standard input; `onOutput` sees what this one
 * command prints, as it comes.
 */
export function herokuCli({ herokuUrl, home, onLine = () => {} }) {
  mkdirSync(home, { recursive: true });
  const environment = { ...toolEnvironment(), ...cliVariables(herokuUrl, home) };
  return (args, { timeoutMs = 120_000, allowFailure = false, cwd = home, env = {}, input, onOutput } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(join(root, 'node_modules', '.bin', 'heroku'), args, {
        cwd,
        env: { ...environment, ...env },
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        timeout: timeoutMs,
      });
      child.stdin?.on('error', () => {}); // it may end without having read everything
      child.stdin?.end(input);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        onOutput?.(String(chunk));
        for (const line of String(chunk).split('\n').filter(Boolean)) onLine(line);
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
        onOutput?.(String(chunk));
        for (const line of String(chunk).split('\n').filter(Boolean)) onLine(line);
      });
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0 || allowFailure) resolve({ code, stdout, stderr });
        else reject(new Error(`heroku ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`));
      });
    });
}
