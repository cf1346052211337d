import { randomUUID } from 'node:crypto';
import { defaultThresholds } from '@dockhero/domain/monitoring/alert-settings';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AlertSettingsStore } from './alert-settings-store.js';
import { NewRelicStatusStore } from './new-relic-status-store.js';
import { SecretBox } from './secret-box.js';
import { SilenceStore } from './silence-store.js';
import { lease, makeHosts, newKey, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let settings: AlertSettingsStore;
let silences: SilenceStore;
let statuses: NewRelicStatusStore;
let resourceId: string;
beforeAll(async () => {
  stores = await openTestDatabase();
  settings = new AlertSettingsStore(stores.database, stores.box);
  silences = new SilenceStore(stores.database);
  statuses = new NewRelicStatusStore(stores.database);
});
afterAll(() => stores.close());
beforeEach(async () => {
  ({ resourceId } = await makeHosts(stores, 1));
});
const forget = async () => await stores.clusters.forget(await lease(stores.database, resourceId), new Date(), 2);
const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('alert settings', () => {
  const unset = {
    thresholds: defaultThresholds,
    mailsEnabled: true,
    recipients: [],
    freeRoom: true,
    webhook: { isSet: false, isSigned: false },
    slack: { isSet: false },
    newRelic: { isSet: false, region: 'us' },
    federation: { isSet: false },
  };

  it('are the defaults until something is set', async () => {
    expect(await settings.read(resourceId)).toEqual(unset);
    const unknown = randomUUID();
    const many = await settings.readMany([resourceId, unknown]);
    expect([...many.keys()]).toEqual([resourceId, unknown]);
    expect(many.get(resourceId)).toEqual({
      thresholds: defaultThresholds,
      mailsEnabled: true,
      recipients: [],
      freeRoom: true,
      webhook: null,
      slackUrl: null,
      newRelic: null,
      isSealed: false,
    });
  });

  it('of which one cannot be opened, sealed with a key that this process does not have yet, cost nobody else theirs', async () => {
    const { resourceId: other } = await makeHosts(stores, 1);
    const newer = new AlertSettingsStore(stores.database, new SecretBox(new Secret(newKey('k9'))));
    await newer.write(resourceId, { webhookUrl: new Secret('https://example.com/new'), mailsEnabled: false });
    await settings.write(other, { webhookUrl: new Secret('https://example.com/other') });
    const many = await settings.readMany([resourceId, other]);
    expect(many.get(resourceId)).toMatchObject({ mailsEnabled: false, webhook: null, isSealed: true });
    expect(many.get(other)).toMatchObject({ webhook: { url: new Secret('https://example.com/other') }, isSealed: false });
  });

  it('change by what is given: the rest stays, null sets back', async () => {
    await settings.write(resourceId, { thresholds: { memory: 0.8, disk: 0.7 }, recipients: ['a@example.com'], mailsEnabled: false });
    await settings.write(resourceId, { thresholds: { disk: null, inodes: 0.5 }, freeRoom: false, newRelicRegion: 'eu' });
    expect(await settings.read(resourceId)).toEqual({
      ...unset,
      thresholds: { memory: 0.8, disk: 0.9, inodes: 0.5 },
      mailsEnabled: false,
      recipients: ['a@example.com'],
      freeRoom: false,
      newRelic: { isSet: false, region: 'eu' },
    });
  });

  it('show the monitor their secrets, and the customer whether they are set', async () => {
    await settings.write(resourceId, {
      webhookUrl: new Secret('https://hook'),
      webhookSecret: new Secret('signing'),
      slackUrl: new Secret('https://slack'),
      newRelicKey: new Secret('key'),
    });
    const shown = await settings.read(resourceId);
    expect(shown).toEqual({
      ...unset,
      webhook: { isSet: true, isSigned: true },
      slack: { isSet: true },
      newRelic: { isSet: true, region: 'us' },
    });
    const read = (await settings.readMany([resourceId])).get(resourceId);
    expect([read?.webhook?.url, read?.webhook?.secret, read?.slackUrl, read?.newRelic?.key].map((secret) => secret?.reveal())).toEqual([
      'https://hook',
      'signing',
      'https://slack',
      'key',
    ]);
    await settings.write(resourceId, { webhookUrl: null, slackUrl: null, newRelicKey: null });
    const after = (await settings.readMany([resourceId])).get(resourceId);
    expect([after?.webhook, after?.slackUrl, after?.newRelic]).toEqual([null, null, null]);
  });

  it('that several requests change at once keep what each has said', async () => {
    await Promise.all([
      settings.write(resourceId, { thresholds: { memory: 0.6 } }),
      settings.write(resourceId, { thresholds: { disk: 0.6 } }),
      settings.write(resourceId, { thresholds: { inodes: 0.6 } }),
    ]);
    expect((await settings.read(resourceId)).thresholds).toEqual({ memory: 0.6, disk: 0.6, inodes: 0.6 });
  });

  it('are found by the token that opens the metrics', async () => {
    const hash = randomUUID();
    expect(await settings.findByFederationTokenHash(hash)).toBeNull();
    await settings.write(resourceId, { federationTokenHash: hash });
    expect(await settings.findByFederationTokenHash(hash)).toBe(resourceId);
    expect((await settings.read(resourceId)).federation.isSet).toBe(true);
    await settings.write(resourceId, { federationTokenHash: null });
    expect(await settings.findByFederationTokenHash(hash)).toBeNull();
  });

  it('are gone with their resource, and of one that is gone none are written', async () => {
    await settings.write(resourceId, { recipients: ['a@example.com'] });
    await forget();
    expect(await settings.read(resourceId)).toEqual(unset);
    expect(await settings.write(resourceId, { recipients: ['a@example.com'] })).toBe(false);
    expect(await settings.write(randomUUID(), {})).toBe(false);
    expect(await stores.database.alertSettings.count({ where: { resourceId } })).toBe(0);
  });
});

describe('silences', () => {
  it('are listed until they end, or are ended, each by its own resource', async () => {
    const made = await silences.add(resourceId, { rule: 'disk', object: null, until: inAnHour() });
    await silences.add(resourceId, { rule: null, object: '/data', until: new Date(Date.now() - 1) });
    expect(await silences.list(resourceId)).toEqual([made]);
    expect(made).toEqual({ id: expect.any(String), rule: 'disk', object: null, until: expect.any(Date) });
    const other = await makeHosts(stores, 1);
    expect(await silences.listMany([resourceId, other.resourceId])).toEqual(new Map([[resourceId, [made]]]));
    expect(await silences.end(other.resourceId, made?.id ?? '')).toBe(false);
    expect(await silences.end(resourceId, 'no uuid')).toBe(false);
    expect(await silences.end(resourceId, made?.id ?? '')).toBe(true);
    expect(await silences.end(resourceId, made?.id ?? '')).toBe(false);
    expect(await silences.list(resourceId)).toEqual([]);
  });

  it('are a hundred at most; those that have ended do not count', async () => {
    await stores.database.alertSilence.createMany({ data: Array.from({ length: 99 }, () => ({ resourceId, until: inAnHour() })) });
    await stores.database.alertSilence.createMany({ data: [{ resourceId, until: new Date(0) }] });
    const made = await Promise.all([1, 2, 3].map(() => silences.add(resourceId, { rule: null, object: null, until: inAnHour() })));
    expect(made.filter((silence) => silence !== null)).toHaveLength(1);
    expect(await silences.list(resourceId)).toHaveLength(100);
  });

  it('are gone with their resource, and of one that is gone none are made', async () => {
    await silences.add(resourceId, { rule: null, object: null, until: inAnHour() });
    await forget();
    expect(await silences.list(resourceId)).toEqual([]);
    expect(await silences.add(resourceId, { rule: null, object: null, until: inAnHour() })).toBeNull();
  });
});

describe('what New Relic said', () => {
  it('is kept: when it last took something, and why it does not any more', async () => {
    expect(await statuses.read(resourceId)).toBeNull();
    await statuses.failed(resourceId, 'bad key');
    expect(await statuses.read(resourceId)).toEqual({ okAt: null, error: 'bad key', errorAt: expect.any(Date) });
    await statuses.ok(resourceId);
    expect(await statuses.read(resourceId)).toEqual({ okAt: expect.any(Date), error: null, errorAt: null });
    await statuses.failed(resourceId, 'quota');
    expect(await statuses.read(resourceId)).toEqual({ okAt: expect.any(Date), error: 'quota', errorAt: expect.any(Date) });
  });

  it('is gone with its resource, and of one that is gone nothing is kept', async () => {
    await statuses.ok(resourceId);
    await forget();
    await statuses.ok(resourceId);
    await statuses.failed(resourceId, 'late');
    expect(await statuses.read(resourceId)).toBeNull();
  });
});
