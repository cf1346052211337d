// The monitor, with stand-ins for the hosts' agents: how fast people are told, beside Debian's Prometheus and Alertmanager; what 10,000 hosts cost; what
// the history costs. Needs `npm run build`.
// node bench/monitor/run.mjs [--quick] [--only breach,load,history] [--hosts 2000,5000] [--output FILE]
// `--quick` leaves the peer out, and is a look at whether everything works: its numbers are of few hosts and days.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { root } from '../../scripts/bootstrap/toolchain.mjs';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startHelper } from '../log-drain/helper.mjs';
import { installPeer, prometheus } from '../log-drain/install-peer.mjs';
import { makeCertificates, migrate } from '../log-drain/seed.mjs';
import { breach } from './measure-breach.mjs';
import { history } from './measure-history.mjs';
import { load } from './measure-load.mjs';
import { lookerCredentials, seedHosts, startMonitor } from './monitored.mjs';
import { startPeer } from './peer.mjs';
import { report } from './report.mjs';

const all = ['breach', 'load', 'history'];
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: all.join(',') },
    hosts: { type: 'string' },
    output: { type: 'string' },
  },
});
const only = values.only.split(',');
const size = values.quick
  ? { breachHosts: 5, patienceMs: 120_000, hosts: [200], sampleMs: 5_000, rounds: 2, historyHosts: 5, days: 2 }
  : { breachHosts: 30, patienceMs: 300_000, hosts: [10_000], sampleMs: 30_000, rounds: 2, historyHosts: 20, days: 7 };
if (values.hosts) size.hosts = values.hosts.split(',').map(Number);
/** What nobody has set, and what is in the file that Debian installs. */
const peerKinds = [
  { name: 'prometheus-defaults', everySeconds: null },
  { name: 'prometheus-15s', everySeconds: 15 },
];
/** Ours: its defaults, and a look each 5 s. Each watches hosts of its own, in a database of its own, at the same time. */
const monitorKinds = [
  { name: 'monitor', settings: {} },
  { name: 'monitor-5s', settings: { SAMPLE_MS: '5000' } },
];
/** One process cannot answer for 10,000 hosts beside a monitor that has a core to itself: these share them. */
const agentProcesses = 2;
const addressesOf = (process, count) => Array.from({ length: count }, (_, index) => `127.0.${process + 1}.${index + 1}`);

const postgresOnly = 1;

const folder = mkdtempSync(join(tmpdir(), 'dockhero-bench-'));
const started = [];
let cleaning = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void cleanUp().then(() => process.exit(1)));
try {
  if (only.includes('breach') && !values.quick) installPeer(prometheus, (text) => console.log(text));
  const from = performance.now();
  const measured = await measureAll();
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  const { missed, ...result } = report(measured);
  process.exitCode = missed.length === 0 ? 0 : 1;
  // Numbers of a part, or of a short run, are not to be kept as the results.
  const isWhole = !values.quick && !values.hosts && all.every((name) => only.includes(name));
  const output = values.output ?? (isWhole ? join(root, 'bench', 'results', 'monitor.json') : null);
  if (output !== null) {
    mkdirSync(join(output, '..'), { recursive: true });
    const seconds = (performance.now() - from) / 1_000;
    const whole = {
      measuredAt: new Date().toISOString(),
      seconds,
      machine,
      measured: only,
      setting: { quick: values.quick, ...size },
      missed,
      ...result,
    };
    writeFileSync(output, `${JSON.stringify({ ...whole, details: measured }, null, 2)}\n`);
  }
} finally {
  await cleanUp();
}

function cleanUp() {
  cleaning ??= (async () => {
    for (const one of started.toReversed()) await one.stop().catch((error) => console.error(error));
    rmSync(folder, { recursive: true, force: true });
  })();
  return cleaning;
}

/** Ends what was started after the first `count`. An interruption meanwhile still finds what runs. */
async function stopAllBut(count) {
  while (started.length > count) {
    await started.at(-1).stop();
    started.pop();
  }
}

async function keep(starting) {
  const one = await starting;
  started.push(one);
  return one;
}

async function measureAll() {
  const results = {};
  const postgres = await keep(startPostgres({ dataDir: join(folder, 'postgres') }));
  await migrate(postgres.url);
  if (only.includes('breach')) {
    console.log(`measuring from breach to notification, ${size.breachHosts} hosts`);
    results.breach = await measureBreach(postgres.url);
  }
  if (only.includes('load')) {
    results.load = [];
    for (const count of size.hosts) {
      console.log(`measuring ${count} hosts`);
      results.load.push(await measureLoad(postgres.url, count));
    }
  }
  if (only.includes('history')) {
    console.log(`measuring the history, ${size.days} days of ${size.historyHosts} hosts`);
    results.history = await history({ databaseUrl: postgres.url, hosts: size.historyHosts, days: size.days });
  }
  return results;
}

async function measureBreach(databaseUrl) {
  const addresses = monitorKinds.map((_, kind) => addressesOf(kind, size.breachHosts));
  const { authority, tls } = await makeCertificates(folder, addresses.flat());
  const agents = await keep(startHelper('agents', import.meta.url));
  const receivers = await keep(startHelper('receivers', import.meta.url));
  const agentPort = await agents.ask('listen', { ...tls, port: 0 });
  const onStart = (one) => void started.push(one);
  const peers = [];
  if (!values.quick) {
    const credentials = await lookerCredentials(authority);
    const common = { folder, addresses: addresses[0], agentPort, receiverPort: receivers.httpPort, credentials, onStart };
    for (const kind of peerKinds) peers.push(await startPeer({ ...kind, ...common }));
  }
  const watched = {};
  const monitors = [];
  for (const [kind, { name, settings }] of monitorKinds.entries()) {
    const url = await anotherDatabase(databaseUrl, name);
    watched[name] = await seedHosts(url, authority, { count: size.breachHosts, addresses: addresses[kind], name });
    monitors.push(await startMonitor({ name, folder, databaseUrl: url, agentPort, smtpPort: receivers.smtpPort, settings, onStart }));
  }
  for (const one of monitors) {
    await one.until(async () => (await one.figures()).dockhero_monitor_samples_total >= 2 * size.breachHosts, 60_000);
  }
  for (const peer of peers) await peer.hasLooked();
  const names = peers.map(({ name }) => name);
  const result = await breach({
    agents,
    receivers,
    watched,
    peers: names,
    peerHosts: watched[monitorKinds[0].name],
    agentPort,
    patienceMs: size.patienceMs,
  });
  await stopAllBut(postgresOnly);
  return result;
}

async function anotherDatabase(databaseUrl, name) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`CREATE DATABASE "${name}"`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

async function measureLoad(databaseUrl, count) {
  const perProcess = Array.from({ length: agentProcesses }, (_, process) => addressesOf(process, 16));
  const { authority, tls } = await makeCertificates(folder, perProcess.flat());
  const agents = [];
  let agentPort = 0;
  for (const addresses of perProcess) {
    const one = await keep(startHelper('agents', import.meta.url));
    const hosts = tls.hosts.filter(({ address }) => addresses.includes(address));
    agentPort = await one.ask('listen', { ...tls, hosts, port: agentPort });
    agents.push(one);
  }
  await seedHosts(databaseUrl, authority, { count, addresses: perProcess.flat() });
  const settings = { SAMPLE_MS: String(size.sampleMs) };
  const begin = () => startMonitor({ folder, databaseUrl, agentPort, smtpPort: 9, settings, onStart: (one) => void started.push(one) });
  const result = await load({ startMonitor: begin, agents, databaseUrl, count, sampleMs: size.sampleMs, rounds: size.rounds });
  await stopAllBut(postgresOnly);
  return result;
}
