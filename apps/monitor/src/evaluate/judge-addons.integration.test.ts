import { AddonStateStore } from '@dockhero/database/addon-state-store';
import { HostLeaseStore } from '@dockhero/database/host-lease-store';
import { IncidentStore } from '@dockhero/database/incident-store';
import { makeHosts, openTestDatabase } from '@dockhero/database/testing/open-test-database';
import { defaultThresholds } from '@dockhero/domain/monitoring/alert-settings';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { hostSource, Outside } from '../testing/hosts.js';
import { WatchedHosts } from '../watch/watched-hosts.js';
import { EvaluateHosts } from './evaluate-hosts.js';
import { JudgeAddons } from './judge-addons.js';

const day = 86_400_000;
let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

it('a log that is behind and a backup that is late are told once, with the first host, and that they are over', async () => {
  const { database } = stores;
  const { resourceId, hostIds } = await makeHosts(stores, 2);
  const [first = ''] = hostIds;
  await database.host.update({ where: { id: first }, data: { address: '192.0.2.1' } });
  await database.hostEnrolment.create({ data: { hostId: first, generation: 1, publicKeyHash: 'hash', certificatePem: 'pem' } });
  const lateSince = new Date(Date.now() - 600_000);
  await database.logLease.create({ data: { hostId: first, holder: 'drain', until: new Date(Date.now() + day), lateSince } });
  const spec = { sizeGib: 10, type: 'gp3', fs: 'ext4', backups: 'daily', createdAt: new Date(Date.now() - 2 * day) };
  const volume = await database.volume.create({ data: { resourceId, name: 'data', liveName: 'data', ...spec } });
  await database.volumeFacts.create({ data: { volumeId: volume.id, state: 'attached', attachedInstanceId: 'i-1' } });
  const ofVolume = { resourceId, volumeId: volume.id, generation: 1, kind: 'daily', sizeGib: 10 };
  await database.backup.create({ data: { ...ofVolume, state: 'failed', failures: 8, failure: 'AWS refused.' } });

  const outside = new Outside();
  const settings = {
    need: async () => {},
    of: () => ({ settings: { thresholds: defaultThresholds }, silences: [] }),
  } as unknown as ResourceSettings;
  await new HostLeaseStore(database, 'monitor').hold('member-1', hostIds, day);
  const incidents = new IncidentStore(database);
  const guard = { note: () => {}, isHolding: false, blindUntilMs: 0 };
  const evaluation = new EvaluateHosts('member-1', { incidents, diskGrowth: async () => new Map() }, settings, guard, outside);
  const hosts = new WatchedHosts(evaluation, outside.now, 15_000);
  await hosts.keep(hostIds.map((hostId, hostIndex) => ({ source: hostSource(hostId, { resourceId, hostIndex, hostCount: 2 }) })));
  const addons = new JudgeAddons(new AddonStateStore(database), hosts, evaluation);
  const told = async (): Promise<string[]> => {
    const transitions = await database.alertTransition.findMany({ orderBy: { id: 'asc' }, include: { incident: true } });
    return transitions.map(({ kind, incident }) => `${incident.rule} ${incident.object} ${kind}`);
  };
  /** So many seconds later, and again until what was found before is stored: nothing is judged over that. */
  const isTold = async (seconds: number, changes: readonly string[]): Promise<void> => {
    outside.nowMs += seconds * 1_000;
    const judged = async (): Promise<string[]> => {
      await addons.judge();
      return await told();
    };
    await expect.poll(judged, { timeout: 10_000 }).toEqual(changes);
  };

  await isTold(0, []);
  await isTold(61, ['logs-behind logs fired']);
  await isTold(1_740, ['logs-behind logs fired', 'backup data fired']);
  await isTold(30, ['logs-behind logs fired', 'backup data fired']);
  const [, backup] = await database.alertTransition.findMany({ orderBy: { id: 'asc' } });
  expect(backup?.facts).toMatchObject({
    incident: { level: 'critical' },
    facts: { note: 'The last backup failed 8 times and was given up. AWS refused.' },
  });
  expect((await database.incident.findMany()).map(({ hostId }) => hostId)).toEqual([first, first]);

  await database.logLease.update({ where: { hostId: first }, data: { lateSince: null } });
  await database.backup.create({ data: { ...ofVolume, state: 'completed', requestedAt: new Date(Date.now() + 1), takenAt: new Date() } });
  const before = await told();
  await isTold(0, [...before, 'backup data resolved']);
  await isTold(1, [...before, 'backup data resolved']);
  await isTold(121, [...before, 'backup data resolved', 'logs-behind logs resolved']);
});
