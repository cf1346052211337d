// The log drain from Docker's streams to Logplex, both stand-ins, beside Debian's syslog-ng: alternating rounds, medians. Needs `npm run build`.
// node bench/log-drain/run.mjs [--quick] [--only throughput,latency,noisy,outage,memory,soak] [--output FILE]
// `soak` takes ten minutes, and runs when it is asked for only.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/bootstrap/toolchain.mjs';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { startHelper } from './helper.mjs';
import { installPeer, syslogNg } from './install-peer.mjs';
import { textBytes } from './lines.mjs';
import { checkedFlood, flood, idle, latency, noisyNeighbour, outage, soak } from './measure.mjs';
import { startDrain, startPeer } from './measured-process.mjs';
import { makeCertificates, migrate, seed } from './seed.mjs';

const all = ['throughput', 'latency', 'noisy', 'outage', 'memory'];
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: all.join(',') },
    output: { type: 'string' },
  },
});
const only = values.only.split(',');
const size = values.quick
  ? {
      rounds: 1,
      lines: 400_000,
      recordLines: 100_000,
      peerLines: 150_000,
      paceMs: 3_000,
      loneMs: 3_000,
      outageMs: 6_000,
      idleMs: 6_000,
      hosts: 50,
      soakMs: 60_000,
    }
  : {
      rounds: 3,
      lines: 2_000_000,
      recordLines: 500_000,
      peerLines: 500_000,
      paceMs: 10_000,
      loneMs: 12_000,
      outageMs: 30_000,
      idleMs: 60_000,
      hosts: 200,
      soakMs: 600_000,
    };
const bars = { perCpuSecond: 500_000, p50Ms: 40, p99Ms: 120, loneMs: 50, lost: 0, repeated: 0, caughtUpMs: 3_000, rssMb: 300, grownMb: 20 };

/** A host of its own for each measurement, and so an add-on of its own. `each`: a TLS record per line, as dockerd sends. */
const container = (each) => (name) => ({ name, each });
const numbered = (prefix, count) => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
const busyHosts = {
  '127.0.0.1': ['record1'].map(container(true)),
  '127.0.0.2': numbered('record8-', 8).map(container(true)),
  '127.0.0.3': ['block1'].map(container(false)),
  '127.0.0.4': numbered('block8-', 8).map(container(false)),
  '127.0.0.5': ['paced'].map(container(true)),
  '127.0.0.6': ['lone'].map(container(true)),
  '127.0.0.7': numbered('noisy', 4).map(container(true)),
  '127.0.0.8': ['quiet'].map(container(true)),
  '127.0.0.9': ['outage'].map(container(true)),
};
const manyHosts = Object.fromEntries(
  numbered('127.0.0.', size.hosts).map((address, host) => [address, numbered(`many${host + 1}-`, 5).map(container(true))]),
);
const floods = [
  { title: '1 container', names: ['record1'], lines: size.recordLines },
  { title: '8 containers', names: numbered('record8-', 8), lines: size.recordLines },
  { title: '1 container, many lines per TLS record', names: ['block1'], lines: size.lines },
  { title: '8 containers, many lines per TLS record', names: numbered('block8-', 8), lines: size.lines },
];

const measurements = {
  async throughput(bench) {
    const runs = Object.fromEntries(floods.map(({ title }) => [title, []]));
    const checks = [];
    for (const { names, lines } of floods) checks.push(await checkedFlood(bench, names, Math.min(lines, 300_000)));
    await flood(bench, bench.peer, ['peer flood'], 50_000);
    const peerRuns = [];
    for (let round = 0; round < size.rounds; round += 1) {
      const ours = async () => {
        for (const { title, names, lines } of floods) runs[title].push(await flood(bench, bench.drain, names, lines));
      };
      const peers = async () => void peerRuns.push(await flood(bench, bench.peer, ['peer flood'], size.peerLines));
      // The order changes, so that neither is always second on a warm or tired machine.
      for (const run of round % 2 === 0 ? [ours, peers] : [peers, ours]) await run();
    }
    const lost = checks.reduce((sum, check) => sum + check.lost + check.repeated, 0);
    return {
      rows: floods.map(({ title }) => ({ title, ...medians(runs[title]), runs: runs[title] })),
      peer: { ...medians(peerRuns), runs: peerRuns },
      lost,
    };
  },

  async latency(bench) {
    const [ours, peers] = [[], []];
    await latency(bench, bench.drain, ['paced'], 1_000, 1_000);
    for (let round = 0; round < size.rounds; round += 1) {
      const run = async () => void ours.push(await latency(bench, bench.drain, ['paced'], 1_000, size.paceMs));
      const peer = async () => void peers.push(await latency(bench, bench.peer, ['peer'], 1_000, size.paceMs));
      for (const next of round % 2 === 0 ? [run, peer] : [peer, run]) await next();
    }
    const lone = await latency(bench, bench.drain, ['lone'], 5, size.loneMs);
    return { ours: { ...medians(ours), runs: ours }, peer: { ...medians(peers), runs: peers }, lone };
  },

  noisy: (bench) => noisyNeighbour(bench, { names: numbered('noisy', 4), rate: 100_000 }, { names: ['quiet'], rate: 100 }, size.paceMs),

  outage: (bench) => outage(bench, 'outage', 1_000, size.outageMs),

  soak: (bench) => soak(bench, numbered('record8-', 8), 10_000, size.soakMs),
};

const folder = mkdtempSync(join(tmpdir(), 'dockhero-bench-'));
const started = [];
let cleaning = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void cleanUp().then(() => process.exit(1)));
try {
  installPeer(syslogNg, (text) => console.log(text));
  const from = performance.now();
  const measured = await measureAll();
  report({ seconds: (performance.now() - from) / 1_000, ...measured });
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

async function keep(starting) {
  const one = await starting;
  started.push(one);
  return one;
}

async function measureAll() {
  const { authority, tls } = await makeCertificates(folder, Object.keys(manyHosts));
  const postgres = await keep(startPostgres({ dataDir: join(folder, 'postgres') }));
  const redis = await keep(startRedis({ dataDir: join(folder, 'redis') }));
  const engine = await keep(startHelper('engine'));
  const sink = await keep(startHelper('sink'));
  const dockerPort = await engine.ask('listen', tls);
  await migrate(postgres.url);

  const follow = async (hosts) => {
    await seed(postgres.url, authority, sink.port, Object.keys(hosts));
    await engine.ask(
      'hosts',
      Object.entries(hosts).map(([address, containers]) => ({ address, containers })),
    );
    const drain = await keep(startDrain({ folder, databaseUrl: postgres.url, redisUrl: redis.url, dockerPort }));
    const count = Object.values(hosts).flat().length;
    await drain.until(async () => (await engine.ask('following')) === count, 60_000);
    return drain;
  };

  const results = {};
  const busy = only.filter((name) => name !== 'memory');
  if (busy.length > 0) {
    const drain = await follow(busyHosts);
    const file = join(folder, 'peer.log');
    writeFileSync(file, '');
    const peer = await keep(startPeer({ folder, file, sinkPort: sink.port }));
    await engine.ask('file', { name: 'peer flood', path: file });
    await engine.ask('file', { name: 'peer', path: file });
    const bench = { engine, sink, drain, peer };
    for (const name of busy) {
      console.log(`measuring ${name}`);
      results[name] = await measurements[name](bench);
    }
    await peer.stop();
    await drain.stop();
  }
  if (only.includes('memory')) {
    console.log('measuring memory');
    const drain = await follow(manyHosts);
    const names = Object.values(manyHosts)
      .flat()
      .map(({ name }) => name);
    results.memory = await idle({ engine, sink, drain }, names, size.idleMs);
    await drain.stop();
  }
  return results;
}

function medians(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function report({ seconds, throughput, latency: ages, noisy, outage: out, memory, soak: long }) {
  const many = (memory?.containers ?? 0).toLocaleString('en');
  const rows = [
    ...(throughput?.rows ?? []).map(({ title, perCpuSecond }) =>
      row(`lines per CPU-second, ${title}`, perCpuSecond, '>=', bars.perCpuSecond, throughput.peer.perCpuSecond),
    ),
    ...(throughput?.rows ?? []).map(({ title, perSecond }) =>
      row(`lines per second, ${title}`, perSecond, '', null, throughput.peer.perSecond),
    ),
    ...(throughput ? [row('floods: lines lost or repeated', throughput.lost, '<=', 0)] : []),
    ...(ages
      ? [
          row('1,000 lines/s: p50 ms', ages.ours.p50, '<=', bars.p50Ms, ages.peer.p50),
          row('1,000 lines/s: p99 ms', ages.ours.p99, '<=', bars.p99Ms, ages.peer.p99),
          row('1,000 lines/s: share of a core', ages.ours.cpuShare, '', null, ages.peer.cpuShare),
          row('lone lines: p50 ms', ages.lone.p50, '<=', bars.loneMs),
          row('lone lines: p99 ms', ages.lone.p99, '', null),
        ]
      : []),
    ...(noisy
      ? [
          row('beside a neighbour of 100,000 lines/s: p99 ms', noisy.quiet.p99, '', null),
          row('the neighbour: lines per second', noisy.noisy.perSecond, '', null),
          row('both: lines lost or repeated', noisy.lost + noisy.repeated, '<=', 0),
        ]
      : []),
    ...(out
      ? [
          row(`outage of ${size.outageMs / 1_000} s: lines lost`, out.lost, '<=', bars.lost),
          row('outage: lines repeated or out of order', out.repeated, '<=', bars.repeated),
          row('outage: backlog delivered after ms', out.caughtUpMs, '<=', bars.caughtUpMs),
          row('outage: lines younger than 200 ms after ms', out.liveMs, '', null),
        ]
      : []),
    ...(long
      ? [
          row(`${size.soakMs / 1_000} s at 10,000 lines/s: MB when warm`, long.rssMb[0], '', null),
          row('soak: MB in the middle', long.rssMb[1], '', null),
          row('soak: MB at the end', long.rssMb[2], '', null),
          row('soak: MB grown since the middle', long.rssMb[2] - long.rssMb[1], '<=', bars.grownMb),
          row('soak: lines lost or repeated', long.lost + long.repeated, '<=', 0),
        ]
      : []),
    ...(memory
      ? [
          row(`${many} containers: MB when silent`, memory.idleRssMb, '', null),
          row(`${many} containers, 1 line/s each: MB`, memory.rssMb, '<=', bars.rssMb),
          row(`${many} containers: share of a core`, memory.cpuShare, '', null),
          row(`${many} containers: p99 ms, the worst`, memory.p99, '', null),
          row(`${many} containers: lines lost`, memory.lost, '<=', bars.lost),
          row(`${many} containers: lines repeated`, memory.repeated, '<=', bars.repeated),
        ]
      : []),
  ];
  console.table(
    Object.fromEntries(
      rows.map(({ name, ours, bar, met, peer }) => [
        name,
        { ours: shown(ours), bar: bar ?? '', met: met === null ? '' : met ? 'yes' : 'NO', 'syslog-ng': shown(peer) },
      ]),
    ),
  );
  console.log(`in ${seconds.toFixed(0)} s`);
  const missed = rows.filter(({ met }) => met === false).map(({ name, ours, bar }) => `${name}: ${shown(ours)}, bar ${bar}`);
  console.log(missed.length === 0 ? 'every bar is met' : `MISSED: ${missed.join('; ')}`);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  process.exitCode = missed.length === 0 ? 0 : 1;
  // Numbers of a part, or of a short run, are not to be kept as the results.
  const isWhole = !values.quick && all.every((name) => only.includes(name));
  const output = values.output ?? (isWhole ? join(root, 'bench', 'results', 'log-drain.json') : null);
  if (output === null) return;
  mkdirSync(join(output, '..'), { recursive: true });
  const details = { throughput, latency: ages, noisy, outage: out, memory, soak: long };
  const setting = { quick: values.quick, ...size, textBytes };
  writeFileSync(
    output,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), seconds, machine, setting, bars, missed, rows, details }, null, 2)}\n`,
  );
}

/** @param barWord `>=` or `<=`; empty where there is no bar. */
function row(name, ours, barWord, bar, peer = null) {
  const met = bar === null ? null : barWord === '>=' ? ours >= bar : ours <= bar;
  return { name, ours, bar: bar === null ? null : `${barWord} ${bar.toLocaleString('en')}`, met, peer };
}

function shown(number) {
  if (number === null) return '';
  return number >= 1_000 ? Math.round(number).toLocaleString('en') : Number(number.toFixed(number < 10 ? 2 : 1));
}
