// Volumes on EBS, in the whole system with the local cloud at its normal speed. node bench/volumes/run.mjs [--only create,freeze,download,schedule] [--runs 7]
// A plan has room for ten volumes: each run makes one, and the other parts three.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { root } from '../../scripts/bootstrap/toolchain.mjs';
import { startSystem } from '../../scripts/dev/system.mjs';
import { becomeCustomer } from './customer.mjs';
import { measureCreate } from './measure-create.mjs';
import { measureDownload } from './measure-download.mjs';
import { measureFreeze } from './measure-freeze.mjs';
import { measureSchedule } from './measure-schedule.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string', default: 'create,freeze,download,schedule' }, runs: { type: 'string', default: '7' } },
});
const parts = values.only.split(',');
const runs = Number(values.runs);
const bars = { createBeyondMs: 3_000, frozenMs: 1_000, downloadRatio: 0.8 };
const output = join(root, 'bench', 'results', 'volumes.json');

const measured = {};
if (parts.includes('schedule')) keep('schedule', measureSchedule());
if (parts.some((part) => part !== 'schedule')) await measureSystem();
judge(measured);

async function measureSystem() {
  const folder = await mkdtemp(join(tmpdir(), 'dockhero-bench-'));
  const system = await startSystem({
    dataDir: folder,
    name: 'bv',
    subnet: '10.86',
    firstPort: 6960,
    print: false,
    durable: true,
    say: () => {},
    // The limit of a customer's download is not what is measured.
    extra: { DOWNLOAD_BLOCKS_PER_SECOND: '100000' },
  });
  // An interrupted run leaves no machines behind.
  process.once('SIGINT', () => void system.stop({ remove: true }).finally(() => process.exit(1)));
  const database = new pg.Pool({ connectionString: system.settings.environments['partner-api'].DATABASE_URL });
  database.on('error', () => {});
  try {
    const customer = await becomeCustomer(system, folder);
    if (parts.includes('create')) keep('create', await measureCreate(system, customer, database, runs));
    if (parts.includes('download')) keep('download', await measureDownload(system, customer, database, folder, runs));
    if (parts.includes('freeze')) keep('freeze', { writers: await measureFreeze(customer, database, runs) });
  } finally {
    await database.end();
    await system.stop({ remove: true });
  }
}

/** Into the file at once, with how busy the machine was. */
function keep(part, figures) {
  measured[part] = { at: new Date().toISOString(), load: loadavg()[0], ...figures };
  const results = { ...earlier(), cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, bars, [part]: measured[part] };
  mkdirSync(join(output, '..'), { recursive: true });
  writeFileSync(output, `${JSON.stringify(results, null, 2)}\n`);
}

/** Parts that are not measured this time keep their figures. */
function earlier() {
  try {
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    return {};
  }
}

function judge({ create, freeze, download, schedule }) {
  const verdicts = [];
  const say = (isMet, text) => verdicts.push([isMet, text]);
  if (create)
    say(
      create.beyondConfiguredMs < bars.createBeyondMs,
      `volume create to a written file, beyond AWS's own time: ${Math.round(create.beyondConfiguredMs)} ms (< ${bars.createBeyondMs})`,
    );
  for (const [writer, { medianMs }] of Object.entries(freeze?.writers ?? {}))
    say(medianMs <= bars.frozenMs, `freeze, ${writer}: median ${medianMs} ms (<= ${bars.frozenMs})`);
  if (download)
    say(download.ratio >= bars.downloadRatio, `block download beside a copy: ${download.ratio.toFixed(2)} (>= ${bars.downloadRatio})`);
  if (schedule)
    for (const day of [schedule.quiet, schedule.workersAwaySixHours])
      say(
        day.refusedByEc2 === 0 && day.isWithinDay,
        `10,000 backups: ${day.refusedByEc2} refused, ${day.callsInBusiestSecond} calls in the busiest second, last at ${day.lastTakenUtc}`,
      );
  for (const [isMet, text] of verdicts) process.stdout.write(`bar ${isMet ? 'met' : 'MISSED'}: ${text}\n`);
  if (verdicts.some(([isMet]) => !isMet)) process.exitCode = 1;
}
