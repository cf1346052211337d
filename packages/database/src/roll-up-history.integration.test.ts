import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maintainPartitions } from './history-partitions.js';
import { HostHistoryStore, type HostFigures } from './host-history-store.js';
import { readDiskGrowth } from './read-disk-growth.js';
import { rollUpHistory } from './roll-up-history.js';
import { figures } from './testing/figures.js';
import { openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let history: HostHistoryStore;
beforeAll(async () => {
  stores = await openTestDatabase();
  history = new HostHistoryStore(stores.database);
  await maintainPartitions(stores.database, new Date(Date.now() - 24 * hourMs));
  await maintainPartitions(stores.database);
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.pool.query('TRUNCATE host_samples, host_minutes, host_quarters, history_marks');
});

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** A full hour, some hours ago. */
const base = Math.floor(Date.now() / hourMs) * hourMs - 6 * hourMs;
const after = (minutes: number) => new Date(base + minutes * minuteMs);
/** What a `real` keeps of it. */
const real = Math.fround;

/** An hour and a bit of samples, with gaps, at odd times, with figures that are missing here and there. */
function someSamples(hostId: string): HostFigures[] {
  return Array.from({ length: 300 }, (_, index) => {
    const random = (scale: number) => real(((Math.sin(index * 12.9898 + scale) * 43_758.5453) % 1) ** 2 * scale);
    const at = new Date(base + index * 15_000 + ((index * 7_919) % 14_000));
    return figures(hostId, at, {
      memoryUsedBytes: random(2 ** 31),
      load: random(9),
      containers: index % 5,
      diskUsedBytes: index % 7 === 0 ? null : random(2 ** 34),
      diskTotalBytes: index % 7 === 0 ? null : 2 ** 34,
      cpuRatio: index % 50 === 0 ? null : random(1),
      receivedPerSecond: index < 12 ? null : random(2 ** 20),
      sentPerSecond: null,
    });
  }).filter((_, index) => index < 100 || index > 170);
}

const averaged = ['memoryUsedBytes', 'load', 'containers', 'diskUsedBytes', 'cpuRatio', 'receivedPerSecond', 'sentPerSecond'] as const;

/** What the roll-up should be, the long way. */
function rolledUp(samples: readonly HostFigures[], stepMs: number): Map<number, Record<string, number | null>> {
  const steps = Map.groupBy(samples, ({ at }) => Math.floor(at.getTime() / stepMs) * stepMs);
  return new Map(
    [...steps].map(([at, ofStep]) => {
      const present = (name: keyof HostFigures) => ofStep.map((sample) => sample[name]).filter((value) => typeof value === 'number');
      const max = (name: keyof HostFigures) => (present(name).length > 0 ? Math.max(...present(name)) : null);
      const average = (name: keyof HostFigures) => {
        const values = present(name);
        return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
      };
      const both = averaged.flatMap((name) => [
        [name, average(name)],
        [`${name}Max`, max(name)],
      ]);
      const totals = { memoryTotalBytes: max('memoryTotalBytes'), diskTotalBytes: max('diskTotalBytes') };
      return [at, { ...Object.fromEntries(both), ...totals, samples: ofStep.length }];
    }),
  );
}

async function expectRolledUp(table: 'hostMinute' | 'hostQuarter', hostId: string, expected: Map<number, Record<string, number | null>>) {
  const query = { where: { hostId }, orderBy: { at: 'asc' } } as const;
  const rows: { at: Date }[] =
    table === 'hostMinute' ? await stores.database.hostMinute.findMany(query) : await stores.database.hostQuarter.findMany(query);
  expect(rows.map(({ at }) => at.getTime())).toEqual([...expected.keys()].toSorted((a, b) => a - b));
  for (const row of rows) {
    for (const [name, value] of Object.entries(expected.get(row.at.getTime()) ?? {})) {
      const actual = (row as unknown as Record<string, number | null>)[name];
      if (value === null) expect([name, actual]).toEqual([name, null]);
      else expect(Math.abs((actual ?? Number.NaN) - value), name).toBeLessThanOrEqual(Math.abs(value) * 1e-6);
    }
  }
}

describe('rolling up', () => {
  it('makes of samples the averages, maxima and counts that one gets by hand, over gaps and missing figures', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const samples = [someSamples(first), someSamples(second).slice(40)];
    await history.append(samples.flat());
    await rollUpHistory(stores.database);
    for (const [index, hostId] of [first, second].entries()) {
      await expectRolledUp('hostMinute', hostId, rolledUp(samples[index] ?? [], minuteMs));
      await expectRolledUp('hostQuarter', hostId, rolledUp(samples[index] ?? [], 15 * minuteMs));
    }
  });

  it('comes to the same whether it is called once or after every minute, by one process or by many', async () => {
    const hostId = randomUUID();
    const samples = someSamples(hostId);
    for (let minute = 0; minute <= 95; minute += 1) {
      await history.append(samples.filter(({ at }) => at >= after(minute - 1) && at < after(minute)));
      const calls = minute % 10 === 0 ? 4 : 1;
      await Promise.all(Array.from({ length: calls }, () => rollUpHistory(stores.database, after(minute))));
    }
    await expectRolledUp('hostMinute', hostId, rolledUp(samples, minuteMs));
    await expectRolledUp('hostQuarter', hostId, rolledUp(samples, 15 * minuteMs));
  });

  it('takes whole steps only, once they are two minutes past: a sample that is written late is in', async () => {
    const hostId = randomUUID();
    await history.append([figures(hostId, after(0)), figures(hostId, after(1))]);
    await rollUpHistory(stores.database, new Date(after(3).getTime() - 1));
    expect(await stores.database.hostMinute.count({ where: { hostId } })).toBe(0);
    await history.append([figures(hostId, after(0.5))]);
    await rollUpHistory(stores.database, after(3));
    expect(await stores.database.hostMinute.findMany({ where: { hostId } })).toEqual([
      expect.objectContaining({ at: after(0), samples: 2 }),
    ]);
    await rollUpHistory(stores.database, new Date(after(17).getTime() - 1));
    expect(await stores.database.hostQuarter.count({ where: { hostId } })).toBe(0);
    await rollUpHistory(stores.database, after(17));
    expect(await stores.database.hostQuarter.findMany({ where: { hostId } })).toEqual([
      expect.objectContaining({ at: after(0), samples: 3 }),
    ]);
  });

  it('goes on where it stopped: nothing of before is looked at again', async () => {
    const hostId = randomUUID();
    await rollUpHistory(stores.database, after(20));
    await history.append([figures(hostId, after(5)), figures(hostId, after(19))]);
    await rollUpHistory(stores.database, after(40));
    const minutes = await stores.database.hostMinute.findMany({ where: { hostId } });
    expect(minutes.map(({ at }) => at)).toEqual([after(19)]);
  });

  it('goes no further than the present, however far ahead the clock of one process is', async () => {
    await rollUpHistory(stores.database, new Date(Date.now() + 6 * 3_600_000));
    const { rows } = await stores.database.pool.query<{ isAhead: boolean }>(
      'SELECT bool_or(rolled_until > now()) AS "isAhead" FROM history_marks',
    );
    expect(rows[0]?.isAhead).toBe(false);
  });

  it('is not kept from it by a figure so small that its average is none', async () => {
    const [odd, other] = [randomUUID(), randomUUID()];
    await history.append([figures(odd, after(0), { load: 1.4e-45 }), figures(odd, after(0.5), { load: 0 }), figures(other, after(0))]);
    await rollUpHistory(stores.database);
    for (const hostId of [odd, other]) expect(await stores.database.hostMinute.count({ where: { hostId } })).toBe(1);
  });

  it('makes the partitions that it needs', async () => {
    const hostId = randomUUID();
    await history.append([figures(hostId, after(0))]);
    const { rows } = await stores.database.pool.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '^host_(minutes|quarters)_'",
    );
    for (const { name } of rows) await stores.database.pool.query(`DROP TABLE ${name}`);
    await rollUpHistory(stores.database);
    expect(await stores.database.hostMinute.count({ where: { hostId } })).toBe(1);
    expect(await stores.database.hostQuarter.count({ where: { hostId } })).toBe(1);
  });

  it('is left to a process that is at it', async () => {
    const client = await stores.database.pool.connect();
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('dockhero history roll-up', 0))");
    expect(await rollUpHistory(stores.database)).toBe(false);
    await client.query('COMMIT');
    client.release();
    expect(await rollUpHistory(stores.database)).toBe(true);
  });

  it('says that the database is away', async () => {
    const dead = openDeadDatabase();
    await expect(rollUpHistory(dead)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });
});

describe('how a disk has filled', () => {
  it('is told in steps of five minutes since a time, of the hosts of which it is known', async () => {
    const [hostId, stuck] = [randomUUID(), randomUUID()];
    const samples = Array.from({ length: 120 }, (_, index) =>
      figures(hostId, after(index / 4), { diskUsedBytes: 1_000 + index, diskTotalBytes: 5_000 }),
    );
    await history.append([...samples, figures(stuck, after(1), { diskUsedBytes: null, diskTotalBytes: null })]);
    await rollUpHistory(stores.database);
    const growth = await readDiskGrowth(stores.database, [hostId, stuck, randomUUID()], after(10));
    expect([...growth.keys()]).toEqual([hostId]);
    expect(growth.get(hostId)).toEqual(
      [10, 15, 20, 25].map((minute) => ({ at: after(minute), usedBytes: 1_000 + minute * 4 + 9.5, totalBytes: 5_000 })),
    );
  });
});
