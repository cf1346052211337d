// The whole system on one machine: Postgres, Redis, the local cloud and every app, started in order and stopped in reverse.
// `npm start`, the end-to-end tests and the benchmarks all use it.
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeBinary, root } from '../bootstrap/toolchain.mjs';
import { startPostgres } from '../services/postgres.mjs';
import { startRedis } from '../services/redis.mjs';
import { spawnService, waitUntil } from '../services/run-service.mjs';
import { printLines } from './log-lines.mjs';
import { endLeftovers, removePidFile, writePidFile } from './pid-files.mjs';
import { localSettings } from './settings.mjs';

const appFile = (app) => join(root, 'apps', app, 'dist', 'main.js');
const dist = (path) => pathToFileURL(join(root, path)).href;

/** As in the apps' Dockerfiles, where it says why. */
const nodeOptions = {
  'log-drain': ['--max-semi-space-size=2', '--heap-growing-percent=30'],
  monitor: ['--max-semi-space-size=4', '--heap-growing-percent=30'],
};

/**
 * @param options.dataDir everything the system keeps.
 * @param options.print false writes the apps' logs to files only.
 * @param options.say receives progress, a line at a time.
 */
export async function startSystem({
  dataDir,
  logDir = join(dataDir, 'logs'),
  secretsDir = dataDir,
  name = 'dh',
  subnet = '10.88',
  firstPort = 7100,
  print = true,
  durable = true,
  speed = 1,
  extra = {},
  say,
}) {
  const pids = join(dataDir, 'run');
  mkdirSync(logDir, { recursive: true });
  await endLeftovers(pids, say);
  const undo = [];
  const apps = new Map();

  const started = (serviceName, service) => {
    if (service?.child?.pid) writePidFile(pids, serviceName, service.child.pid);
  };

  async function database() {
    if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
    say('starting Postgres');
    const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), port: firstPort + 20, durable });
    undo.push(() => postgres.stop());
    system.postgres = postgres;
    return postgres.url;
  }

  async function bell() {
    if (process.env.REDIS_URL) return process.env.REDIS_URL;
    say('starting Redis');
    const redis = await startRedis({
      dataDir: join(dataDir, 'redis'),
      port: firstPort + 21,
      durable,
      onSpawn: (service) => started('redis', service),
    });
    undo.push(() => redis.stop());
    system.redis = redis;
    return redis.url;
  }

  async function startApp(app, { readyUrl, deadlineMs = 30_000 }) {
    say(`starting ${app}`);
    const service = spawnService(nodeBinary(), ['--enable-source-maps', ...(nodeOptions[app] ?? []), appFile(app)], {
      cwd: root,
      env: system.settings.environments[app],
    });
    started(app, service);
    const file = createWriteStream(join(logDir, `${app}.log`), { flags: 'a' });
    for (const stream of [service.child.stdout, service.child.stderr]) {
      stream.pipe(file, { end: false });
      if (print) printLines(app, stream);
    }
    apps.set(app, service);
    await waitUntil(service, () => answers(readyUrl), app, deadlineMs);
    return service;
  }

  const readyUrls = () => ({
    'local-cloud': `${system.settings.urls.control}/health`,
    'partner-api': `${system.settings.urls.api}/ready`,
    'provisioner-worker': `http://127.0.0.1:${system.settings.ports.worker}/ready`,
    'log-drain': `http://127.0.0.1:${system.settings.ports.drain}/ready`,
    monitor: `http://127.0.0.1:${system.settings.ports.monitor}/ready`,
  });

  const system = {
    settings: undefined,
    postgres: undefined,
    redis: undefined,
    /** Ends one app. `SIGKILL` is a crash. */
    async stopApp(app, signal = 'SIGTERM') {
      await apps.get(app)?.stop(signal, 60_000);
      removePidFile(pids, app);
    },
    startApp: (app, options = {}) => startApp(app, { readyUrl: readyUrls()[app], ...options }),
    appPid: (app) => apps.get(app)?.child.pid,
    /** Stops all; `remove` also takes away the machines and everything in the data folder. */
    async stop({ remove }) {
      for (const app of ['monitor', 'log-drain', 'provisioner-worker', 'partner-api']) await system.stopApp(app);
      // The local cloud reads SIGINT as "and remove what you have made".
      await system.stopApp('local-cloud', remove ? 'SIGINT' : 'SIGTERM');
      for (const step of undo.toReversed()) await step();
      rmSync(pids, { recursive: true, force: true });
      if (remove) rmSync(dataDir, { recursive: true, force: true });
    },
  };

  try {
    const databaseUrl = await database();
    const redisUrl = await bell();
    system.settings = localSettings({ dataDir, secretsDir, name, subnet, firstPort, databaseUrl, redisUrl, speed, extra });
    const { migrateDeploy } = await import(dist('packages/database/dist/migrate.js'));
    const { Secret } = await import(dist('packages/domain/dist/secret.js'));
    const applied = await migrateDeploy(new Secret(databaseUrl), join(root, 'prisma', 'migrations'));
    if (applied.length > 0) say(`migrated the database: ${applied.join(', ')}`);
    await startApp('local-cloud', { readyUrl: readyUrls()['local-cloud'], deadlineMs: 600_000 });
    await startApp('partner-api', { readyUrl: readyUrls()['partner-api'] });
    await startApp('provisioner-worker', { readyUrl: readyUrls()['provisioner-worker'] });
    await startApp('log-drain', { readyUrl: readyUrls()['log-drain'] });
    await startApp('monitor', { readyUrl: readyUrls().monitor });
    return system;
  } catch (error) {
    await system.stop({ remove: false }).catch(() => {});
    throw error;
  }
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch {
    return false;
  }
}
