// Partner API against a bare Fastify on the same Postgres: alternating runs, medians. Needs `pnpm build`.
// node bench/partner-api/run.mjs [--rounds 9] [--seconds 2] [--connections 8] [--volatile] [--prepared-peer] [--only provision]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { seed } from './seed.mjs';
import { password, runLoad, slug, startServer } from './servers.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '8' },
    /** Postgres without fsync: the disk out of the comparison, so that processor time is all that is compared. */
    volatile: { type: 'boolean', default: false },
    /** The peer prepares its insert by name too, as ours does. */
    'prepared-peer': { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    output: { type: 'string' },
  },
});
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(Number);
const pool = 10;
const pacedRate = 50;
const bars = { ratio: 0.7, provisionP99Ms: 50 };
const allScenarios = [
  { name: 'provision, busy', scenario: 'provision', mode: 'closed' },
  { name: 'status, busy', scenario: 'status', mode: 'closed' },
  { name: 'config, busy', scenario: 'config', mode: 'closed' },
  { name: `provision, ${pacedRate}/s`, scenario: 'provision', mode: 'paced' },
  { name: `status, ${pacedRate}/s`, scenario: 'status', mode: 'paced' },
];

const scenarios = allScenarios.filter(({ name }) => name.startsWith(values.only));

const folder = mkdtempSync(join(tmpdir(), 'dockhero-bench-'));
const started = [];
try {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: !values.volatile });
  started.push(postgres);
  const redis = await startRedis({ dataDir: join(folder, 'redis'), durable: !values.volatile });
  started.push(redis);
  const encryptionKeys = `bench:${Buffer.alloc(32, 1).toString('base64')}`;
  const tokens = await seed(postgres.url, encryptionKeys, 200);
  const settings = {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    pool,
    encryptionKeys,
    logFile: join(folder, 'servers.log'),
    prepared: values['prepared-peer'],
  };
  const servers = [await startServer('ours', settings), await startServer('bare', settings)];
  started.push(...servers);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const idleRssMb = Object.fromEntries(servers.map(({ name, rssMb }) => [name, rssMb()]));

  const load = { authorization: `Basic ${Buffer.from(`${slug}:${password}`).toString('base64')}`, tokens, connections, rate: pacedRate };
  const measure = async (server, { scenario, mode }, duration) => {
    const before = server.cpuSeconds();
    const result = await runLoad({ ...load, url: server.url, scenario, mode, seconds: duration });
    return { ...result, perCpuSecond: result.requests / (server.cpuSeconds() - before) };
  };
  for (const server of servers) for (const scenario of allScenarios.slice(0, 3)) await measure(server, scenario, 2); // compile, fill pools
  const rows = [];
  for (const scenario of scenarios) {
    const runs = { ours: [], bare: [] };
    for (let round = 0; round < rounds; round += 1) {
      // The order changes, so that neither is always second on a warm or tired machine.
      for (const server of round % 2 === 0 ? servers : servers.toReversed())
        runs[server.name].push(await measure(server, scenario, seconds));
    }
    // Each run against its neighbour in time, then the median: a machine that is busy with something else now and then is busy for both.
    const ratio = (key) => median(runs.ours.map((run, round) => run[key] / runs.bare[round][key]));
    rows.push({
      name: scenario.name,
      mode: scenario.mode,
      ratio: ratio('perSecond'),
      cpuRatio: ratio('perCpuSecond'),
      ours: summary(runs.ours),
      bare: summary(runs.bare),
      runs,
    });
  }
  const loadedRssMb = Object.fromEntries(servers.map(({ name, rssMb }) => [name, rssMb()]));
  report(rows, idleRssMb, loadedRssMb);
} finally {
  for (const service of started.toReversed()) await service.stop();
  rmSync(folder, { recursive: true, force: true });
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summary(runs) {
  const of = (key) => median(runs.map((run) => run[key]));
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    perCpuSecond: of('perCpuSecond'),
    failures: runs.reduce((sum, { failures }) => sum + failures, 0),
  };
}

function report(rows, idleRssMb, loadedRssMb) {
  const table = rows.map(({ name, mode, ratio, ours, bare }) => ({
    scenario: name,
    'ours /s': Math.round(ours.perSecond),
    'bare /s': Math.round(bare.perSecond),
    ratio: mode === 'closed' ? round(ratio) : '',
    'ours p50 ms': round(ours.p50),
    'bare p50 ms': round(bare.p50),
    'ours p99 ms': round(ours.p99),
    'bare p99 ms': round(bare.p99),
    'ours /cpu-s': Math.round(ours.perCpuSecond),
    'bare /cpu-s': Math.round(bare.perCpuSecond),
    failures: ours.failures + bare.failures,
  }));
  console.table(table);
  console.log(
    `memory, MB: idle ours ${round(idleRssMb.ours)}, bare ${round(idleRssMb.bare)}; after the load ours ${round(loadedRssMb.ours)}, bare ${round(loadedRssMb.bare)}`,
  );
  const missed = rows.flatMap(({ name, mode, ratio, ours, bare }) => [
    ...(mode === 'closed' && ratio < bars.ratio ? [`${name}: ratio ${round(ratio)} < ${bars.ratio}`] : []),
    ...(name.startsWith('provision') && ours.p99 >= bars.provisionP99Ms
      ? [`${name}: p99 ${round(ours.p99)} ms >= ${bars.provisionP99Ms} ms`]
      : []),
    ...(ours.failures + bare.failures > 0 ? [`${name}: ${ours.failures + bare.failures} failures`] : []),
  ]);
  console.log(missed.length === 0 ? 'every bar is met' : `MISSED: ${missed.join('; ')}`);
  const output = values.output ?? fileURLToPath(new URL('../results/partner-api.json', import.meta.url));
  mkdirSync(join(output, '..'), { recursive: true });
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  writeFileSync(
    output,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, durable: !values.volatile, preparedPeer: values['prepared-peer'], rounds, seconds, connections, bars, missed, idleRssMb, loadedRssMb, rows }, null, 2)}\n`,
  );
  process.exitCode = missed.length === 0 ? 0 : 1;
}

function round(number) {
  return Math.round(number * 100) / 100;
}
