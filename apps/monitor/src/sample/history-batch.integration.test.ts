import { HostHistoryStore } from '@dockhero/database/host-history-store';
import { makeHosts, openTestDatabase } from '@dockhero/database/testing/open-test-database';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MonitorMetrics } from '../monitor-metrics.js';
import { agentText } from '../testing/agent-text.js';
import { hostSource } from '../testing/hosts.js';
import { WatchedHost } from '../watch/watched-hosts.js';
import { HistoryBatch } from './history-batch.js';
import { parseMetrics } from './parse-metrics.js';
import { upkeepOf } from '../upkeep/upkeep.js';

const unknown = { cpuRatio: null, receivedPerSecond: null, sentPerSecond: null };
let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => (stores = await openTestDatabase()));
afterAll(() => stores.close());

describe('HistoryBatch', () => {
  it('keeps what every other host has said when one says what cannot be stored', async () => {
    const metrics = new MonitorMetrics(new Registry());
    const batch = new HistoryBatch(new HostHistoryStore(stores.database), metrics, pino({ level: 'silent' }));
    const { hostIds } = await makeHosts(stores, 3);
    const now = new Date();
    for (const [index, hostId] of hostIds.entries()) {
      const load = ['0.25', '1e300', '0.5'][index] ?? '';
      const sample = parseMetrics(agentText().replace('node_load1 0.25', `node_load1 ${load}`), now);
      batch.take(new WatchedHost(hostSource(hostId), now, 15_000), sample, unknown);
    }
    await batch.flush();
    const stored = await stores.database.hostSample.findMany({ orderBy: { load: 'asc' } });
    expect(stored.map(({ hostId, load }) => [hostId, load])).toEqual([
      [hostIds[0], 0.25],
      [hostIds[2], 0.5],
    ]);
    expect((await metrics.historyLost.get()).values[0]?.value).toBe(1);
  });

  it('is in the roll-ups with what waited while the database was away', async () => {
    const { hostIds } = await makeHosts(stores, 1);
    const metrics = new MonitorMetrics(new Registry());
    const history = new HistoryBatch(new HostHistoryStore(stores.database), metrics, pino({ level: 'silent' }));
    const before = new Date(Date.now() - 240_000);
    history.take(new WatchedHost(hostSource(hostIds[0] ?? ''), before, 15_000), parseMetrics(agentText(), before), unknown);
    const [rollUp] = upkeepOf({ database: stores.database, history } as unknown as Parameters<typeof upkeepOf>[0]).filter(
      ({ name }) => name === 'roll-up',
    );
    await rollUp?.work();
    expect(await stores.database.hostMinute.count({ where: { hostId: hostIds[0] ?? '' } })).toBe(1);
  });
});
