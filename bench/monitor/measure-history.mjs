// What the history costs: bytes for each host and day, and how long a chart of seven days takes. Filled by the stores that the monitor fills it with,
// a day at a time, in the order in which samples come.
import { randomUUID } from 'node:crypto';

const compiled = (path) => import(new URL(`../../packages/${path}`, import.meta.url).href);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sampleMs = 15_000;
/** Looks that are written by one statement. */
const batchLooks = 20;
/** Of the resource whose chart is drawn: as many as the largest plan has. */
const chartHosts = 3;
const charts = 25;

/** @param options.hosts in all; `days` before now that are filled. */
export async function history({ databaseUrl, hosts: count, days }) {
  const [{ openDatabase }, { Secret }, { maintainPartitions }, { HostHistoryStore }, { rollUpHistory }, { readHistory }] =
    await Promise.all([
      compiled('database/dist/client.js'),
      compiled('domain/dist/secret.js'),
      compiled('database/dist/history-partitions.js'),
      compiled('database/dist/host-history-store.js'),
      compiled('database/dist/roll-up-history.js'),
      compiled('database/dist/read-history.js'),
    ]);
  const database = openDatabase({ url: new Secret(databaseUrl) });
  const query = async (text, values) => (await database.pool.query(text, values)).rows;
  try {
    await query('TRUNCATE resources, host_samples, host_minutes, host_quarters, history_marks CASCADE');
    const { resourceId, hostIds } = await seed(query, count);
    const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    const firstDay = Math.floor((now.getTime() - days * dayMs) / dayMs) * dayMs;
    const store = new HostHistoryStore(database);
    const took = { appendMs: 0, rollUpMs: 0 };
    for (let day = firstDay; day < now.getTime(); day += dayMs) {
      const end = Math.min(day + dayMs, now.getTime());
      await maintainPartitions(database, new Date(day));
      const from = performance.now();
      for (let at = day; at < end; at += sampleMs * batchLooks) {
        const looks = Array.from({ length: batchLooks }, (_, look) => at + look * sampleMs).filter((look) => look < end);
        await store.append(looks.flatMap((look) => hostIds.map((hostId, host) => figures(hostId, host, look))));
      }
      const rollUpFrom = performance.now();
      took.appendMs += rollUpFrom - from;
      await rollUpHistory(database, new Date(end + 120_000));
      took.rollUpMs += performance.now() - rollUpFrom;
    }
    await query('ANALYZE');

    // Yesterday is a whole day of all three.
    const dayName = new Date(Math.floor(now.getTime() / dayMs) * dayMs - dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    const size = async (name) => Number((await query('SELECT pg_total_relation_size($1::regclass) AS bytes', [name]))[0].bytes);
    const [{ bytes: quarterBytes, rows: quarterRows }] = await query(
      `SELECT sum(pg_total_relation_size(inhrelid))::float8 AS bytes, (SELECT count(*)::float8 FROM host_quarters) AS rows
       FROM pg_inherits WHERE inhparent = 'host_quarters'::regclass`,
    );
    const perHostDay = {
      samples: (await size(`host_samples_${dayName}`)) / count,
      minutes: (await size(`host_minutes_${dayName}`)) / count,
      quarters: (quarterBytes / quarterRows) * 96,
    };
    const wanted = { resourceId, from: new Date(now.getTime() - days * dayMs), to: now };
    const timed = {};
    for (const points of [300, 1_000]) {
      const chart = await readHistory(database, { ...wanted, points }, now);
      if (chart.hosts.length !== chartHosts) throw new Error(`a chart of ${chart.hosts.length} hosts`);
      const times = [];
      for (let run = 0; run < charts; run += 1) {
        const from = performance.now();
        await readHistory(database, { ...wanted, points }, now);
        times.push(performance.now() - from);
      }
      times.sort((a, b) => a - b);
      timed[points] = { points: chart.hosts[0].points.length, median: times[Math.floor(charts / 2)], max: times.at(-1) };
    }
    return { hosts: count, days, ...took, perHostDay, charts: timed };
  } finally {
    await database.$disconnect();
  }
}

/** One resource with the hosts of the chart, and one with all the others. */
async function seed(query, count) {
  const hostIds = [];
  const resources = [];
  for (const hosts of [chartHosts, count - chartHosts]) {
    const resourceId = randomUUID();
    resources.push(resourceId);
    await query(
      `INSERT INTO resources (id, name, plan, region, callback_url, config_token_hash) VALUES ($1::uuid, 'bench', 'p', 'r', 'c', $2)`,
      [resourceId, resourceId],
    );
    for (let index = 0; index < hosts; index += 1) {
      const hostId = randomUUID();
      await query('INSERT INTO hosts (id, resource_id, index) VALUES ($1, $2, $3)', [hostId, resourceId, index]);
      hostIds.push(hostId);
    }
  }
  return { resourceId: resources[0], hostIds };
}

/** Hosts are looked at at moments of their own; no figure stays as it is. */
function figures(hostId, host, look) {
  return {
    hostId,
    at: new Date(look + ((host * 977) % sampleMs)),
    memoryUsedBytes: 1e9 + 5e8 * Math.random(),
    memoryTotalBytes: 2e9,
    diskUsedBytes: 5e9 + 1e9 * Math.random(),
    diskTotalBytes: 16e9,
    cpuRatio: Math.random(),
    load: Math.random() * 3,
    receivedPerSecond: 1e5 * Math.random(),
    sentPerSecond: 1e5 * Math.random(),
    containers: 4,
  };
}
