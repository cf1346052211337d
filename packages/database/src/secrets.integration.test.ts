import { randomUUID } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertOutbox } from './alert-outbox.js';
import { AlertSettingsStore } from './alert-settings-store.js';
import { AuthorizationStore } from './authorization-store.js';
import { ClusterAuthorityStore } from './cluster-authority-store.js';
import { ClusterStore } from './cluster-store.js';
import { HostHistoryStore } from './host-history-store.js';
import { HostLeaseStore } from './host-lease-store.js';
import { IncidentStore } from './incident-store.js';
import { LogCursorStore } from './log-cursor-store.js';
import { LogInputStore } from './log-input-store.js';
import { reseal } from './reseal.js';
import { MailOptOutStore } from './mail-opt-out-store.js';
import { NewRelicStatusStore } from './new-relic-status-store.js';
import { ResourceStore } from './resource-store.js';
import { rollUpHistory } from './roll-up-history.js';
import { SecretBox } from './secret-box.js';
import { SilenceStore } from './silence-store.js';
import { figures } from './testing/figures.js';
import { incident, transition } from './testing/incidents.js';
import { lease, load, newKey, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  stores = await openTestDatabase();
});
afterAll(() => stores.close());

const monitoringTables = [
  ['monitor_leases', 'host_id'],
  ['host_samples', 'host_id'],
  ['host_minutes', 'host_id'],
  ['host_quarters', 'host_id'],
  ['incidents', 'resource_id'],
  ['alert_transitions', 'resource_id'],
  ['alert_deliveries', 'resource_id'],
  ['alert_settings', 'resource_id'],
  ['alert_silences', 'resource_id'],
  ['mail_opt_outs', 'resource_id'],
  ['new_relic_status', 'resource_id'],
] as const;

/** Every value of every row of every table, as text. */
async function everything(): Promise<string> {
  const tables = await stores.database.$queryRaw<
    { name: string }[]
  >`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  expect(tables.length).toBeGreaterThan(8);
  const dumps = await Promise.all(
    tables.map(({ name }) => stores.database.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM "${name}" t`)),
  );
  return dumps
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

/** A resource that has every secret there is; returns their clear texts. */
async function fill(box: SecretBox): Promise<{ id: string; canaries: string[] }> {
  const canary = () => `canary-${randomUUID()}`;
  const [code, logInput, access, refresh, caKey, ownerInput, otherInput, webhook, webhookSecret, slack, newRelic] = Array.from(
    { length: 11 },
    canary,
  ) as [string, string, string, string, string, string, string, string, string, string, string];
  const resource = newResource({
    grant: { code: new Secret(code), expiresAt: new Date() },
    logInputUrl: new Secret(logInput),
    options: { hidden: canary() },
  });
  const [resources, clusters] = [new ResourceStore(stores.database, box), new ClusterStore(stores.database, box)];
  await resources.create(resource);
  const held = await lease(stores.database, resource.id);
  await load(clusters, held);
  await new ClusterAuthorityStore(stores.database, box).save(held, { certificatePem: 'public', keyPem: new Secret(caKey) });
  await new AuthorizationStore(stores.database, box).save(
    held,
    { accessToken: new Secret(access), refreshToken: new Secret(refresh), expiresAt: new Date() },
    null,
  );
  const [host] = await clusters.ensureHosts(held, 1);
  if (!host) throw new Error('no host');
  await new LogInputStore(stores.database, box).record(held, [
    { attachmentId: randomUUID(), appName: 'owner', isOwner: true, url: new Secret(ownerInput) },
    { attachmentId: randomUUID(), appName: 'other', isOwner: false, url: new Secret(otherInput) },
  ]);
  await new AlertSettingsStore(stores.database, box).write(resource.id, {
    webhookUrl: new Secret(webhook),
    webhookSecret: new Secret(webhookSecret),
    slackUrl: new Secret(slack),
    newRelicKey: new Secret(newRelic),
  });
  const bootstrap = (await clusters.bootstrapToken(held, host, new Date())).reveal();
  const configToken = (await resources.configToken(resource.id))?.token.reveal() ?? '';
  await held.release();
  const ofAlerts = [webhook, webhookSecret, slack, newRelic];
  return {
    id: resource.id,
    canaries: [code, logInput, access, refresh, caKey, ownerInput, otherInput, bootstrap, configToken, ...ofAlerts],
  };
}

describe('secrets at rest', () => {
  it('are nowhere in the database in clear text', async () => {
    const { canaries } = await fill(stores.box);
    expect(canaries).toHaveLength(13);
    const dump = await everything();
    expect(canaries.filter((canary) => canary === '' || dump.includes(canary))).toEqual([]);
  });

  it('are gone from every table once a resource is forgotten, sealed or not', async () => {
    await stores.database.$transaction([
      stores.database.host.deleteMany(),
      stores.database.herokuAuthorization.deleteMany(),
      stores.database.logInput.deleteMany(),
      stores.database.alertSettings.deleteMany(),
    ]);
    await stores.database.resource.updateMany({ data: { configToken: null, logInputUrl: null, grantCode: null, options: {} } });
    await stores.database.cluster.updateMany({ data: { caKeyPem: null } });
    const { id, canaries } = await fill(stores.box);
    expect((await everything()).match(/v1\.k1\./g)).toHaveLength(canaries.length);
    const held = await lease(stores.database, id);
    await stores.clusters.forget(held, new Date(), 2);
    const dump = await everything();
    expect(dump).not.toContain('v1.k1.');
    expect(dump).not.toContain('canary-');
    expect((await stores.resources.find(id))?.facts?.removedAt).not.toBeNull();
    expect(await stores.resources.configToken(id)).toBeNull();
  });

  it('are all sealed anew by reseal, after which the old key may go', async () => {
    const [oldKey, nextKey] = [newKey('old'), newKey('next')];
    const { id, canaries } = await fill(new SecretBox(new Secret(oldKey)));
    const both = new SecretBox(new Secret(`${nextKey},${oldKey}`));
    await stores.database.resource.updateMany({
      where: { id: { not: id } },
      data: { configToken: null, logInputUrl: null, grantCode: null },
    });
    await stores.database.resource.update({ where: { id }, data: { logAllAttachments: true } });
    expect(await reseal(stores.database, both)).toBe(canaries.length);
    expect(await reseal(stores.database, both)).toBe(0);
    const next = new SecretBox(new Secret(nextKey));
    const [resources, clusters] = [new ResourceStore(stores.database, next), new ClusterStore(stores.database, next)];
    const tokens = await new AuthorizationStore(stores.database, next).find(id);
    const logInputs = (await new LogInputStore(stores.database, next).urls([id])).get(id);
    const held = await lease(stores.database, id);
    const [host] = (await load(clusters, held)).hosts;
    const alerts = (await new AlertSettingsStore(stores.database, next).readMany([id])).get(id);
    const opened = [
      (await clusters.grant(id))?.code,
      tokens?.accessToken,
      tokens?.refreshToken,
      (await new ClusterAuthorityStore(stores.database, next).read(id)).keyPem,
      host && (await clusters.bootstrapToken(held, host, new Date())),
      (await resources.configToken(id))?.token,
      logInputs?.owner,
      logInputs?.others[0],
      alerts?.webhook?.url,
      alerts?.webhook?.secret,
      alerts?.slackUrl,
      alerts?.newRelic?.key,
    ].map((secret) => secret?.reveal());
    expect(opened.filter((secret) => !canaries.includes(secret ?? ''))).toEqual([]);
    expect(await everything()).not.toContain('v1.old.');
  });
});

describe('what the log drain has of a resource', () => {
  it('is gone from every table once the resource is forgotten', async () => {
    const { id } = await fill(stores.box);
    const held = await lease(stores.database, id);
    const [host] = (await load(stores.clusters, held)).hosts;
    if (!host) throw new Error('no host');
    const containerId = `container-${randomUUID()}`;
    await new HostLeaseStore(stores.database, 'log').hold('member', [host.id], 60_000);
    await new LogCursorStore(stores.database).commitMany(
      'member',
      new Map([[host.id, [{ containerId, anchorAt: '', anchorHash: '', followed: 1, lastAt: '', startedAt: '', finishedAt: '' }]]]),
    );
    await new LogInputStore(stores.database, stores.box).refused(id);
    const before = await everything();
    expect([containerId, host.id].filter((text) => !before.includes(text))).toEqual([]);
    await stores.clusters.forget(held, new Date(), 2);
    const dump = await everything();
    expect([containerId, host.id].filter((text) => dump.includes(text))).toEqual([]);
    expect(await stores.database.logDelivery.count({ where: { resourceId: id } })).toBe(0);
    expect(await stores.database.logInput.count({ where: { resourceId: id } })).toBe(0);
    const known = await new LogInputStore(stores.database, stores.box).urls([id]);
    expect(known.get(id)).toEqual({ owner: null, others: [], readAt: null, refusedAt: null });
  });
});

describe('what the monitor has of a resource', () => {
  it('is gone from every table once the resource is forgotten', async () => {
    const { database } = stores;
    const { id } = await fill(stores.box);
    const held = await lease(database, id);
    const [host] = (await load(stores.clusters, held)).hosts;
    if (!host) throw new Error('no host');
    await new HostLeaseStore(database, 'monitor').hold('member', [host.id], 60_000);
    await new HostHistoryStore(database).append([figures(host.id, new Date(Date.now() - 3_600_000))]);
    await rollUpHistory(database);
    const [told, recipient] = [incident(), `${randomUUID()}@example.com`];
    await new IncidentStore(database).save('member', host.id, [{ incident: told, transition: transition(told) }]);
    await new AlertOutbox(database, 'member').group(
      0,
      10,
      async () => await Promise.resolve([{ channel: 'mail', recipient, payload: {} }]),
    );
    await new SilenceStore(database).add(id, { rule: null, object: null, until: new Date(Date.now() + 60_000) });
    await new MailOptOutStore(database).add(id, 'ann@example.com');
    await new NewRelicStatusStore(database).ok(id);
    const owned = async () =>
      Object.fromEntries(
        await Promise.all(
          monitoringTables.map(async ([table, column]) => {
            const value = column === 'host_id' ? host.id : id;
            const { rows } = await database.pool.query(`SELECT 1 FROM ${table} WHERE ${column} = $1::uuid`, [value]);
            return [table, rows.length] as const;
          }),
        ),
      );
    expect(await owned()).toEqual(Object.fromEntries(monitoringTables.map(([table]) => [table, 1])));
    await stores.clusters.forget(held, new Date(), 2);
    expect(await owned()).toEqual(Object.fromEntries(monitoringTables.map(([table]) => [table, 0])));
    const dump = await everything();
    expect([recipient, host.id].filter((text) => dump.includes(text))).toEqual([]);
  });
});

describe('Heroku’s tokens', () => {
  it('and the end of their grant are kept together or not at all', async () => {
    const { id } = await fill(stores.box);
    const held = await lease(stores.database, id);
    const authorizations = new AuthorizationStore(stores.database, stores.box);
    const tokens = { accessToken: new Secret('a'), refreshToken: new Secret('r'), expiresAt: new Date() };
    await authorizations.save(held, tokens, new Date());
    expect(await stores.clusters.grant(id)).toBeNull();
    expect((await stores.resources.find(id))?.facts?.grantExchangedAt).not.toBeNull();
    await held.release();
    await expect(authorizations.save(held, { ...tokens, accessToken: new Secret('late') }, null)).rejects.toMatchObject({
      code: 'lease_lost',
    });
    expect((await authorizations.find(id))?.accessToken.reveal()).toBe('a');
  });
});

describe('a cluster’s authority', () => {
  it('is kept once: a second one does not replace it', async () => {
    const { id } = await fill(stores.box);
    const authorities = new ClusterAuthorityStore(stores.database, stores.box);
    const before = await authorities.read(id);
    await authorities.save(await lease(stores.database, id), { certificatePem: 'other', keyPem: new Secret('other') });
    expect((await authorities.read(id)).keyPem.reveal()).toBe(before.keyPem.reveal());
    await expect(authorities.read(randomUUID())).rejects.toMatchObject({ code: 'not_ready' });
  });
});
