// One customer with one host: an add-on got by the real CLI, then Docker's own CLI with the certificate that the plugin has fetched.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { herokuCli, pluginFolder } from '../../scripts/demo/heroku-cli.mjs';

const app = 'bench';

export async function becomeCustomer(system, folder) {
  const home = join(folder, 'heroku-home');
  const cli = herokuCli({ herokuUrl: system.settings.urls.heroku, home });
  const heroku = async (...args) => (await cli(args, { env: { HEROKU_APP: app } })).stdout;
  await heroku('plugins:link', '--no-install', pluginFolder);
  await heroku('apps:create', app);
  await heroku('addons:create', 'dockhero:standard', '-a', app);
  await heroku('addons:wait', '-a', app, '--wait-interval', '1');
  await heroku('dh:docker', 'pull', 'busybox');
  const { dockerHost, configUrl, certificate } = connectionBelow(join(home, 'data'));
  const env = { ...process.env, DOCKER_HOST: dockerHost, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificate.folder };
  return { heroku, configUrl, docker: (...args) => runDocker(env, args), dockerUntil: (word, ...args) => runDockerUntil(env, word, args) };
}

function connectionBelow(folder) {
  const found = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('connection.json'));
  if (!found || !existsSync(join(folder, found))) throw new Error('the plugin has kept no connection');
  return JSON.parse(readFileSync(join(folder, found), 'utf8'));
}

/** @returns standard output and how long it took, in milliseconds. */
async function runDocker(env, args) {
  const from = performance.now();
  const { code, stdout, stderr } = await ended(spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 }));
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return { stdout: stdout.trim(), ms: performance.now() - from };
}

/** As above; the time ends when the container has said the word. */
async function runDockerUntil(env, word, args) {
  const from = performance.now();
  const child = spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  let ms = null;
  child.stdout.on('data', (chunk) => {
    if (ms === null && String(chunk).includes(word)) ms = performance.now() - from;
  });
  const { code, stderr } = await ended(child);
  if (code !== 0 || ms === null) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return { ms };
}

function ended(child) {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Asks for a backup as the dashboard does. @returns its row once it has this state. */
export async function backUp({ configUrl }, database, volume, deadlineMs = 60_000) {
  const response = await fetch(`${configUrl}/backups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ volume }),
    signal: AbortSignal.timeout(10_000),
  });
  const made = await response.json();
  if (!response.ok) throw new Error(`a backup of ${volume}: ${response.status} ${JSON.stringify(made)}`);
  for (const end = Date.now() + deadlineMs; Date.now() < end; await sleep(50)) {
    const { rows } = await database.query('SELECT * FROM backups WHERE id = $1', [made.id]);
    if (rows[0]?.state === 'completed') return rows[0];
    if (rows[0]?.state === 'failed') throw new Error(`a backup of ${volume} failed`);
  }
  throw new Error(`a backup of ${volume} did not complete`);
}

export const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
