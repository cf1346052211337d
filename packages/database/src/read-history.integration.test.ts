import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maintainPartitions } from './history-partitions.js';
import { HostHistoryStore } from './host-history-store.js';
import { readHistory } from './read-history.js';
import { rollUpHistory } from './roll-up-history.js';
import { figures } from './testing/figures.js';
import { makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let history: HostHistoryStore;
let resourceId: string;
let hosts: [string, string];
beforeAll(async () => {
  stores = await openTestDatabase();
  history = new HostHistoryStore(stores.database);
  for (const days of [395, 30, 7, 5, 3, 2, 0]) await maintainPartitions(stores.database, new Date(now - days * dayMs));
  await rollUpHistory(stores.database);
});
afterAll(() => stores.close());
beforeEach(async () => {
  const made = await makeHosts(stores, 2);
  resourceId = made.resourceId;
  hosts = made.hostIds as [string, string];
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.now();
const base = Math.floor(now / hourMs) * hourMs - 8 * hourMs;
const after = (ms: number) => new Date(base + ms);
/** Four samples a minute. */
const append = async (hostId: string, minutes: number) =>
  await history.append(
    Array.from({ length: minutes * 4 }, (_, index) =>
      figures(hostId, after(index * 15_000), { load: index, cpuRatio: index % 4 ? 0.5 : null }),
    ),
  );
const read = async (from: Date, to: Date, points = 1_000) => await readHistory(stores.database, { resourceId, from, to, points });
const rollUpAgain = async () => {
  await stores.database.pool.query('TRUNCATE history_marks');
  await rollUpHistory(stores.database);
};

describe('reading history', () => {
  it('gives each host of the resource its points, none for times without samples, and nothing of other resources', async () => {
    await append(hosts[1], 2);
    await append((await makeHosts(stores, 1)).hostIds[0] ?? '', 2);
    const chart = await read(after(0), after(hourMs));
    expect(chart.stepMs).toBe(15_000);
    expect(chart.hosts.map(({ hostId, hostIndex, points }) => [hostId, hostIndex, points.length])).toEqual([
      [hosts[0], 0, 0],
      [hosts[1], 1, 8],
    ]);
    const { hostId: _hostId, at: _at, ...figured } = figures(hosts[1], after(0));
    const max = { memoryUsedBytesMax: 1024 ** 3, diskUsedBytesMax: 4 * 1024 ** 3, receivedPerSecondMax: 1_024, sentPerSecondMax: 2_048 };
    const varied = { load: 1, loadMax: 1, cpuRatio: 0.5, cpuRatioMax: 0.5, containersMax: 3 };
    expect(chart.hosts[1]?.points[1]).toEqual({ ...figured, ...max, ...varied, at: after(15_000), samples: 1 });
    expect((await read(after(15_000), after(30_000))).hosts[1]?.points.map(({ at }) => at)).toEqual([after(15_000)]);
  });

  it('puts averages and maxima of samples into as many points as there may be', async () => {
    await append(hosts[0], 60);
    const chart = await read(after(0), after(hourMs), 5);
    expect(chart.stepMs).toBe(900_000);
    expect(chart.hosts[0]?.points.map(({ at, load, loadMax, samples }) => [at, load, loadMax, samples])).toEqual(
      [0, 1, 2, 3].map((step) => [after(step * 900_000), step * 60 + 29.5, step * 60 + 59, 60]),
    );
  });

  it('weighs roll-ups by their samples, and leaves out those without the figure', async () => {
    const at = (minute: number, second: number) => after(minute * 60_000 + second * 1_000);
    await history.append([
      figures(hosts[0], at(0, 0), { load: 1, cpuRatio: null }),
      figures(hosts[0], at(1, 0), { load: 4, cpuRatio: 0.2 }),
      figures(hosts[0], at(1, 15), { load: 4, cpuRatio: 0.2 }),
      figures(hosts[0], at(2, 0), { load: 9, cpuRatio: 0.8 }),
    ]);
    await rollUpAgain();
    const chart = await read(after(-dayMs), after(hourMs), 50);
    const [point] = chart.hosts[0]?.points ?? [];
    expect([point?.samples, point?.load, point?.loadMax, point?.cpuRatio?.toFixed(6), point?.cpuRatioMax?.toFixed(6)]).toEqual([
      4,
      4.5,
      9,
      '0.400000',
      '0.800000',
    ]);
  });

  it.each([
    ['a day, by the minute', dayMs, 1_000],
    ['a day, by the quarter', dayMs, 48],
    ['a month', 30 * dayMs, 2],
  ])('has the newest samples in the figures of %s, each once, before they are rolled up', async (_name, spanMs, pointsMax) => {
    const [rolledAt, recentAt] = [new Date(now - 2 * hourMs), new Date(now - 20_000)];
    await history.append([figures(hosts[0], rolledAt, { load: 2 })]);
    await rollUpAgain();
    await history.append([figures(hosts[0], recentAt, { load: 8 })]);
    const chart = await read(new Date(now - spanMs), new Date(now), pointsMax);
    const points = chart.hosts[0]?.points ?? [];
    const sumOf = (take: (point: (typeof points)[number]) => number) => points.reduce((sum, point) => sum + take(point), 0);
    expect([sumOf(({ samples }) => samples), sumOf(({ samples, load }) => samples * (load ?? 0))]).toEqual([2, 10]);
    expect(points.at(-1)?.loadMax).toBe(8);
  });

  it.each([
    ['6 hours', -7 * hourMs, -hourMs, 'host_samples', 30_000],
    ['more than 6 hours', -7 * hourMs, -hourMs + 1, 'host_minutes', 60_000],
    ['an hour of two days ago', -2 * dayMs, -2 * dayMs + hourMs, 'host_minutes', 60_000],
    ['5 days', -5 * dayMs, 0, 'host_minutes', 480_000],
    ['7 days', -7 * dayMs, 0, 'host_quarters', 900_000],
    ['more than 7 days', -7 * dayMs - 1, 0, 'host_quarters', 900_000],
    ['an hour of last month', -30 * dayMs, -30 * dayMs + hourMs, 'host_quarters', 900_000],
    ['13 months', -395 * dayMs, 0, 'host_quarters', 34_200_000],
  ] as const)('takes for %s what is there and fine enough', async (_name, from, to, table, stepMs) => {
    const [begin, end] = [new Date(now + from), new Date(now + to)];
    const at = new Date(Math.ceil(begin.getTime() / 900_000) * 900_000);
    const { containers, ...rest } = figures(hosts[0], at);
    const max = { memoryUsedBytesMax: 0, loadMax: 0, containersMax: containers };
    if (table === 'host_samples') await history.append([figures(hosts[0], at)]);
    await stores.database.hostMinute.createMany({ data: table === 'host_quarters' ? [] : [{ ...rest, ...max, containers, samples: 100 }] });
    await stores.database.hostQuarter.create({ data: { ...rest, ...max, containers, samples: 200 } });
    const chart = await readHistory(stores.database, { resourceId, from: begin, to: end, points: 1_000 }, new Date(now));
    expect(chart.stepMs).toBe(stepMs);
    expect(chart.hosts[0]?.points.map(({ samples }) => samples)).toEqual([
      { host_samples: 1, host_minutes: 100, host_quarters: 200 }[table],
    ]);
  });

  it.each([2, 3, 7, 100, 1_000])('never gives more than %i points, wherever a range begins', async (points) => {
    await append(hosts[0], 120);
    for (const offset of [0, 1, 7_001, 14_999, 59_999, 899_999]) {
      const chart = await read(after(offset), after(offset + 2 * hourMs - 1), points);
      expect(chart.hosts[0]?.points.length).toBeLessThanOrEqual(points);
    }
  });

  it('reads no partitions but those of the range', async () => {
    let asked: { text: string; values: unknown[] } | undefined;
    const listening = {
      pool: {
        query: async (config: { text: string }, values: unknown[]) => {
          asked = { text: config.text, values };
          return await stores.database.pool.query(config, values);
        },
      },
    } as unknown as typeof stores.database;
    const today = Math.floor(now / dayMs) * dayMs;
    const query = { resourceId, from: new Date(today), to: new Date(today + 5 * hourMs), points: 100 };
    await readHistory(listening, query, query.to);
    const { rows } = await stores.database.pool.query<Record<'QUERY PLAN', string>>(`EXPLAIN ${asked?.text ?? ''}`, asked?.values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(new Set(plan.match(/host_samples_\d{8}/g)).size).toBe(1);
  });

  it('says that the database is away', async () => {
    const dead = openDeadDatabase();
    const query = { resourceId, from: after(0), to: after(1), points: 10 };
    await expect(readHistory(dead, query)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });
});
