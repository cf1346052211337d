import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HostLeaseStore } from './host-lease-store.js';
import { IncidentStore } from './incident-store.js';
import { incident, transition } from './testing/incidents.js';
import { lease, makeHosts, openDeadDatabase, waitUntilBlocked } from './testing/open-test-database.js';
import { prepareHeldHosts, type HeldHosts } from './testing/prepare-held-hosts.js';

let stores: HeldHosts['stores'];
let leases: HeldHosts['leases'];
let resourceId: HeldHosts['resourceId'];
let hosts: HeldHosts['hosts'];
let incidents: IncidentStore;

prepareHeldHosts('monitor', (made) => {
  ({ stores, leases, resourceId, hosts } = made);
  incidents = new IncidentStore(stores.database);
});

const open = async (hostId: string) =>
  ((await incidents.open([hostId])).get(hostId) ?? []).map(({ id: _id, hostId: _hostId, resourceId: _resourceId, ...rest }) => rest);
const transitions = async () =>
  (await stores.database.alertTransition.findMany({ where: { resourceId }, orderBy: { id: 'asc' } })).map(({ kind }) => kind);
const quiet = (one = incident()) => ({ incident: one, transition: null });

describe('incidents', () => {
  it('are read as they were written, by host, until they are resolved', async () => {
    const [first, second] = [incident({ peak: 0.1 + 0.2 }), incident({ rule: 'memory', object: 'host', state: 'pending', firedAt: null })];
    await incidents.save('a', hosts[0], [quiet(first), quiet(second)]);
    await incidents.save('a', hosts[1], [quiet(first)]);
    expect((await open(hosts[0])).toSorted((x, y) => x.rule.localeCompare(y.rule))).toEqual([first, second]);
    const found = await incidents.open([...hosts, randomUUID()]);
    expect([...found.keys()].toSorted()).toEqual(hosts.toSorted());
    expect(found.get(hosts[1])).toEqual([{ ...first, id: expect.any(String), hostId: hosts[1], resourceId }]);
    const resolved = incident({ state: 'resolved', clearSince: new Date(), resolvedAt: new Date() });
    await incidents.save('a', hosts[1], [quiet(resolved)]);
    expect(await open(hosts[1])).toEqual([]);
  });

  it('change in place, and keep their id for as long as they are pending since the same time', async () => {
    await incidents.save('a', hosts[0], [quiet(incident({ state: 'pending', firedAt: null }))]);
    const [before] = (await incidents.open(hosts)).get(hosts[0]) ?? [];
    const fired = incident({ level: 'critical', value: 0.97, notifiedAt: new Date(), isDamped: true });
    await incidents.save('a', hosts[0], [quiet(fired)]);
    expect((await incidents.open(hosts)).get(hosts[0])).toEqual([{ ...fired, id: before?.id, hostId: hosts[0], resourceId }]);
  });

  it('that never fired leave nothing once they are over, or have begun anew', async () => {
    const pending = (pendingSince: Date) => incident({ state: 'pending', firedAt: null, pendingSince });
    await incidents.save('a', hosts[0], [quiet(pending(new Date(1_000)))]);
    await incidents.save('a', hosts[0], [quiet(pending(new Date(2_000)))]);
    expect(await open(hosts[0])).toEqual([pending(new Date(2_000))]);
    await incidents.save('a', hosts[0], [quiet({ ...pending(new Date(2_000)), state: 'resolved', resolvedAt: new Date(3_000) })]);
    expect(await stores.database.incident.count({ where: { resourceId } })).toBe(0);
  });

  it('are one at a time of a host, rule and object, whatever a caller says', async () => {
    await incidents.save('a', hosts[0], [quiet()]);
    const second = incident({ pendingSince: new Date() });
    await expect(incidents.save('a', hosts[0], [quiet(second)])).rejects.toMatchObject({ code: '23505' });
    await incidents.save('a', hosts[0], [quiet(incident({ state: 'resolved', resolvedAt: new Date() }))]);
    await incidents.save('a', hosts[0], [quiet(second)]);
    expect(await open(hosts[0])).toEqual([second]);
  });

  it('and what people are told are written together, once however often they are written', async () => {
    const one = incident();
    const change = { incident: one, transition: transition(one), facts: { hostName: 'dockhero-1' } };
    const other = incident({ rule: 'memory', object: 'host' });
    for (let time = 0; time < 2; time += 1) {
      await incidents.save('a', hosts[0], [change, { incident: other, transition: transition(other, 'fired') }]);
    }
    const over = incident({ state: 'resolved', resolvedAt: new Date() });
    for (let time = 0; time < 2; time += 1) {
      await incidents.save('a', hosts[0], [{ incident: over, transition: transition(over, 'resolved', over.resolvedAt ?? new Date()) }]);
    }
    expect(await transitions()).toEqual(['fired', 'fired', 'resolved']);
    expect(await stores.database.incident.count({ where: { resourceId } })).toBe(2);
    const [stored] = await stores.database.alertTransition.findMany({ where: { resourceId }, orderBy: { id: 'asc' } });
    expect(stored?.facts).toEqual({ incident: JSON.parse(JSON.stringify(one)), facts: { hostName: 'dockhero-1' } });
  });

  it('are written by the holder of the host’s lease alone: nothing of the rest is', async () => {
    const change = { incident: incident(), transition: transition(incident()) };
    const refused = { code: 'lease_lost', detail: { hostId: hosts[0] } };
    await expect(incidents.save('b', hosts[0], [change])).rejects.toMatchObject(refused);
    await stores.database.monitorLease.update({ where: { hostId: hosts[0] }, data: { until: new Date(0) } });
    await expect(incidents.save('a', hosts[0], [change])).rejects.toMatchObject(refused);
    await new HostLeaseStore(stores.database, 'log').hold('c', hosts, 60_000);
    await expect(incidents.save('c', hosts[0], [change])).rejects.toMatchObject(refused);
    expect([await open(hosts[0]), await transitions()]).toEqual([[], []]);
    await incidents.save('b', hosts[0], []);
  });

  it('that are being written when the lease ends are read by whoever gets it next', async () => {
    const { pool } = stores.database;
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE alert_transitions IN ACCESS EXCLUSIVE MODE');
    const saving = incidents.save('a', hosts[0], [{ incident: incident(), transition: transition(incident()) }]);
    await waitUntilBlocked(stores.database, 'INSERT INTO alert_transitions');
    const taking = leases.release('a', hosts).then(() => leases.hold('b', hosts, 60_000));
    await waitUntilBlocked(stores.database, 'UPDATE monitor_leases');
    await client.query('COMMIT');
    client.release();
    await saving;
    expect(await taking).toHaveLength(2);
    expect(await open(hosts[0])).toHaveLength(1);
    await expect(incidents.save('a', hosts[0], [quiet()])).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('are listed for a resource: the open ones, and the last fifty that are over, newest first', async () => {
    await incidents.save('a', hosts[1], [quiet()]);
    const over = (index: number) =>
      incident({
        object: `/data/${String(index)}`,
        state: 'resolved',
        pendingSince: new Date(index * 1_000),
        resolvedAt: new Date(index * 1_000 + 500),
      });
    await incidents.save(
      'a',
      hosts[0],
      Array.from({ length: 60 }, (_, index) => quiet(over(index))),
    );
    const other = await makeHosts(stores, 1);
    await leases.hold('a', other.hostIds, 60_000);
    await incidents.save('a', other.hostIds[0] ?? '', [quiet()]);
    const listed = await incidents.list(resourceId);
    expect(listed.open).toEqual([expect.objectContaining({ ...incident(), hostId: hosts[1], hostIndex: 1 })]);
    expect(listed.resolved.map(({ object }) => object)).toEqual(Array.from({ length: 50 }, (_, index) => `/data/${String(59 - index)}`));
  });

  it('are counted as firings since a time, over or not', async () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 10, 26, 12, 0, seconds));
    await incidents.save('a', hosts[0], [
      quiet(incident({ object: '/old', firedAt: at(0), state: 'resolved', resolvedAt: at(1) })),
      quiet(incident({ object: '/', pendingSince: at(2), firedAt: at(20), state: 'resolved', resolvedAt: at(30) })),
      quiet(incident({ object: '/data', firedAt: at(10) })),
      quiet(incident({ object: '/pending', firedAt: null, state: 'pending' })),
    ]);
    await incidents.save('a', hosts[0], [quiet(incident({ object: '/', pendingSince: at(31), firedAt: at(40) }))]);
    expect(await incidents.firings(hosts, at(5))).toEqual([
      { hostId: hosts[0], rule: 'disk', object: '/data', firedAt: at(10), isCriticalTold: false },
      { hostId: hosts[0], rule: 'disk', object: '/', firedAt: at(20), isCriticalTold: false },
      { hostId: hosts[0], rule: 'disk', object: '/', firedAt: at(40), isCriticalTold: false },
    ]);
  });

  it('that have been over for long are removed, open ones and fresh ones are not', async () => {
    const day = 86_400_000;
    const old = incident({ object: '/old', state: 'resolved', resolvedAt: new Date(Date.now() - 31 * day) });
    await incidents.save('a', hosts[0], [
      { incident: old, transition: transition(old, 'resolved') },
      quiet(incident({ object: '/new', state: 'resolved', resolvedAt: new Date(Date.now() - 29 * day) })),
      quiet(incident({ object: '/open' })),
    ]);
    await incidents.prune(30);
    const left = await incidents.list(resourceId);
    expect([...left.open, ...left.resolved].map(({ object }) => object)).toEqual(['/open', '/new']);
    expect(await transitions()).toEqual([]);
  });

  it('go with their host when the resource is forgotten; what is being removed takes none', async () => {
    await incidents.save('a', hosts[0], [{ incident: incident(), transition: transition(incident()) }]);
    await stores.database.$transaction(async (transaction) => {
      await transaction.host.delete({ where: { id: hosts[1] } });
      await expect(incidents.save('a', hosts[1], [quiet()])).rejects.toMatchObject({ code: 'lease_lost' });
    });
    await stores.clusters.forget(await lease(stores.database, resourceId), new Date(), 2);
    expect(await stores.database.incident.count({ where: { resourceId } })).toBe(0);
    expect(await transitions()).toEqual([]);
  });

  it('say that the database is away', async () => {
    const dead = openDeadDatabase();
    const away = { code: 'storage_unavailable' };
    await expect(new IncidentStore(dead).open(hosts)).rejects.toMatchObject(away);
    await expect(new IncidentStore(dead).save('a', hosts[0], [quiet()])).rejects.toMatchObject(away);
    await dead.$disconnect();
  });
});
