// Many hosts watched by one process: what it uses, and whether each is looked at in time. What it has seen is read from the history that it wrote.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * @param options.startMonitor begins to watch: the first round makes certificates and whole handshakes, later ones resume.
 * @param options.rounds that are measured, after two that are not.
 */
export async function load({ startMonitor, agents, databaseUrl, count, sampleMs, rounds }) {
  const from = performance.now();
  const monitor = await startMonitor();
  await monitor.until(async () => (await monitor.figures()).dockhero_monitor_samples_total >= count, 600_000);
  const first = { seconds: (performance.now() - from) / 1_000, cpuSeconds: monitor.cpuSeconds(), rssMb: monitor.rssMb() };
  await sleep(2 * sampleMs);

  const before = await state(monitor, agents);
  const rssMb = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(sampleMs);
    rssMb.push(monitor.rssMb());
  }
  const after = await state(monitor, agents);
  const seconds = (after.at - before.at) / 1_000;
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const looks = after.samples - before.samples;
  const result = {
    hosts: count,
    first,
    seconds,
    looks,
    looksPerSecond: looks / seconds,
    cpuShare: cpuSeconds / seconds,
    cpuMsPerLook: (cpuSeconds * 1_000) / looks,
    missed: after.missed - before.missed,
    transitions: after.transitions,
    rssMb: Math.max(...rssMb),
    rssMbs: rssMb,
    agentsCpuShare: (after.agentsCpuSeconds - before.agentsCpuSeconds) / seconds,
    resumedShare: (after.resumed - before.resumed) / (after.agentLooks - before.agentLooks),
    answerBytes: after.answerBytes,
  };
  await sleep(3_000); // the last samples are stored
  return { ...result, ...(await gaps(databaseUrl, before.at, after.at, sampleMs)) };
}

async function state(monitor, agents) {
  const [figures, seen] = [await monitor.figures(), await Promise.all(agents.map((one) => one.ask('seen')))];
  const sum = (key) => seen.reduce((total, one) => total + one[key], 0);
  return {
    at: Date.now(),
    cpuSeconds: monitor.cpuSeconds(),
    samples: figures.dockhero_monitor_samples_total,
    missed: (figures.dockhero_monitor_missed_total ?? 0) + figures.dockhero_monitor_history_lost_total,
    transitions: figures.dockhero_monitor_transitions_total ?? 0,
    agentsCpuSeconds: sum('cpuSeconds'),
    agentLooks: sum('looks'),
    resumed: sum('resumed'),
    answerBytes: seen[0].answerBytes,
  };
}

/** How far apart a host's looks were. Late: more than a tenth of the interval after they were due. */
async function gaps(databaseUrl, fromMs, toMs, sampleMs) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    `WITH looks AS (
       SELECT at, extract(epoch FROM at - lag(at) OVER (PARTITION BY host_id ORDER BY at))::float8 * 1000 AS gap FROM host_samples WHERE at < $2)
     SELECT count(*)::int AS stored, count(*) FILTER (WHERE gap > $3 * 1.1)::int AS late, max(gap) AS "gapMaxMs",
       percentile_cont(0.99) WITHIN GROUP (ORDER BY gap) AS "gapP99Ms"
     FROM looks WHERE at >= $1`,
    [new Date(fromMs), new Date(toMs), sampleMs],
  );
  await client.end();
  return rows[0];
}
