// How many lines a TLS record carries that a real host sends, and what a line costs the drain there: containers of the local cloud that print as fast
// as they can, and 1,000 lines/s; dockerd writes to its Unix socket, the gate (HAProxy) makes the records. Needs root, as the local cloud does.
// node bench/log-drain/real-host.mjs
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dockerClient, dockerVariables } from '../../e2e/original-client.mjs';
import { herokuCli } from '../../scripts/demo/heroku-cli.mjs';
import { startSystem } from '../../scripts/dev/system.mjs';

const app = 'records';
const textBytes = 150;
const patienceMs = 120_000;
const ticksPerSecond = 100; // USER_HZ, on every Linux that Node runs on
const folder = mkdtempSync(join(tmpdir(), 'dockhero-bench-'));
const recordsFile = join(folder, 'records.json');
const hook = fileURLToPath(new URL('count-records.mjs', import.meta.url));

/** Stays when it has printed: a container that ends is read once more from a few seconds before, which would be counted. */
const staying = (script) => ['sh', '-c', `${script}; sleep 600`];
/** Prints `lines` numbered lines of 150 bytes, as fast as it can. */
const flooding = (lines) => staying(`awk 'BEGIN { for (i = 0; i < ${lines}; i++) printf "%0${textBytes}d\\n", i }'`);
/** Twenty lines one by one, then a pause of some 20 ms. */
const pacing = (lines) => {
  const twenty = Array.from({ length: 20 }, (_, line) => line).join(' ');
  const print = `i=$((i+1)); printf "%0${textBytes}d\\n" $i`;
  return staying(`i=0; while [ $i -lt ${lines} ]; do for j in ${twenty}; do ${print}; done; usleep 18000; done`);
};

const system = await startSystem({
  dataDir: folder,
  name: 'e15',
  subnet: '10.105',
  firstPort: 7_900,
  print: false,
  extra: { NODE_OPTIONS: `--import=${hook}`, RECORDS_FILE: recordsFile, LINES_PER_SECOND_MAX: '10000000' },
  say: () => {},
});
try {
  const docker = await startHost();
  const rows = {};
  rows['1 container, as fast as it can'] = await measure(docker, 1, 400_000, flooding);
  rows['4 containers, as fast as they can'] = await measure(docker, 4, 100_000, flooding);
  rows['1 container, 1,000 lines/s'] = await measure(docker, 1, 10_000, pacing);
  console.table(rows);
} catch (error) {
  console.error(readFileSync(join(folder, 'logs', 'log-drain.log'), 'utf8').slice(-4_000));
  throw error;
} finally {
  await system.stop({ remove: true });
  rmSync(folder, { recursive: true, force: true });
}

async function startHost() {
  const home = join(folder, 'heroku-home');
  mkdirSync(home, { recursive: true });
  const heroku = herokuCli({ herokuUrl: system.settings.urls.heroku, home });
  await heroku(['apps:create', app]);
  await heroku(['addons:create', 'dockhero:hobby', '-a', app]);
  await heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
  const config = JSON.parse((await heroku(['config', '-a', app, '--json'])).stdout);
  const variables = await dockerVariables(config.DOCKHERO_CONFIG_URL, join(folder, 'machines'));
  const docker = dockerClient({ ...variables, HEROKU_APP_NAME: app }, folder);
  await docker(['pull', 'busybox']);
  return docker;
}

/** Has `containers` print `lines` each, and waits until Logplex has them. */
async function measure(docker, containers, lines, command) {
  const before = await state();
  const from = performance.now();
  const names = Array.from({ length: containers }, (_, index) => `c${Math.round(from)}-${index}`);
  await Promise.all(names.map((name) => docker(['run', '-d', '--name', name, 'busybox', ...command(lines)])));
  const total = lines * containers;
  for (const end = from + patienceMs; performance.now() < end && (await metric('lines_total')) < before.lines + total;) await sleep(50);
  const seconds = (performance.now() - from) / 1_000;
  const after = await state();
  await docker(['rm', '-f', ...names]);
  for (const end = performance.now() + patienceMs; performance.now() < end && (await metric('streams')) > 0;) await sleep(500);
  const [got, records, bytes, cpu] = ['lines', 'records', 'bytes', 'cpu'].map((key) => after[key] - before[key]);
  return {
    'lines delivered': got,
    'lines per second': Math.round(got / seconds),
    'lines per record': Number((got / records).toFixed(1)),
    'bytes per record': Math.round(bytes / records),
    'lines per CPU-second': Math.round(got / cpu),
  };
}

async function state() {
  const pid = system.appPid('log-drain');
  rmSync(recordsFile, { force: true });
  process.kill(pid, 'SIGWINCH');
  let counted;
  for (let tries = 0; !counted && tries < 100; tries += 1) {
    await sleep(50);
    try {
      counted = JSON.parse(readFileSync(recordsFile, 'utf8'));
    } catch {
      // It is being written.
    }
  }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { ...counted, lines: await metric('lines_total'), cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

/** One of the drain's own. */
async function metric(name) {
  const answer = await fetch(`http://127.0.0.1:${system.settings.ports.drain}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return Number(new RegExp(`^dockhero_log_${name} (\\d+)`, 'm').exec(await answer.text())?.[1] ?? 0);
}
