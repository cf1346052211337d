// The main job, as a customer does it: an app, the add-on, a stack by our plugin in the real Heroku CLI, an HTTP request.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { herokuCli, pluginFolder } from './heroku-cli.mjs';

/** @returns what to print for the user to go on with. */
export async function runDemo({ dataDir, herokuUrl, app, plan = 'hobby', say }) {
  const home = join(dataDir, 'demo', 'heroku');
  const project = join(dataDir, 'demo', 'project');
  mkdirSync(project, { recursive: true });
  const heroku = herokuCli({ herokuUrl, home, onLine: (line) => say(`  ${line}`) });
  const quietly = herokuCli({ herokuUrl, home });
  const startedAt = Date.now();
  const command = async (...args) => {
    say(`$ heroku ${args.join(' ')}`);
    return await heroku(args, { cwd: project });
  };

  await quietly(['plugins:link', '--no-install', pluginFolder]);
  if ((await quietly(['apps:info', '-a', app], { allowFailure: true })).code !== 0) await command('apps:create', app);
  const addons = await quietly(['addons', '-a', app, '--json']);
  if (JSON.parse(addons.stdout || '[]').length === 0) await command('addons:create', `dockhero:${plan}`, '-a', app);
  await command('dh:wait', '-a', app);
  const provisionedMs = Date.now() - startedAt;
  await command('config', '-a', app);
  if (!existsSync(join(project, 'dockhero-compose.yml'))) await command('dh:generate', 'helloworld');
  await command('dh:compose', '-a', app, 'up', '-d');
  await command('dh:compose', '-a', app, 'ps');

  const config = JSON.parse((await quietly(['config', '-a', app, '--json'])).stdout);
  const url = `http://${config.DOCKHERO_HOST}/`;
  say(`$ curl ${url}`);
  const page = await answer(url);
  say(`  ${page.trim().split('\n').slice(0, 3).join('\n  ')}`);
  await logged(async () => (await quietly(['logs', '-a', app, '-n', '100'])).stdout);
  await command('logs', '-a', app, '-n', '10');
  await command('dh:alerts', '-a', app);
  return { app, project, url, provisionedMs, totalMs: Date.now() - startedAt };
}

async function answer(url, deadlineMs = 60_000) {
  let last;
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(250)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (response.ok) return await response.text();
      last = `status ${response.status}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
  }
  throw new Error(`${url} does not answer: ${last}`);
}

/** Waits for the stack's first line in the app's log: a second or two behind the container, most of it the CLI's own start. */
async function logged(read, deadlineMs = 30_000) {
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(500)) {
    if (/app\[dockhero\.\S+\]: /.test(await read())) return;
  }
  throw new Error('the stack’s output does not arrive in heroku logs');
}

/** The first run's app name is kept, so that a start after a crash finds its app again. */
export function demoAppName(dataDir) {
  const file = join(dataDir, 'demo-app');
  if (!existsSync(file)) writeFileSync(file, `demo-${Math.random().toString(36).slice(2, 8)}`);
  return readFileSync(file, 'utf8');
}
