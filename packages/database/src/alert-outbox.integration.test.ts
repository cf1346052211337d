import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AlertOutbox, type NewDelivery, type TransitionGroup } from './alert-outbox.js';
import { HostLeaseStore } from './host-lease-store.js';
import { IncidentStore } from './incident-store.js';
import { incident, transition } from './testing/incidents.js';
import { lease, makeHosts, openDeadDatabase, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let incidents: IncidentStore;
let outbox: AlertOutbox;
let other: AlertOutbox;
beforeAll(async () => {
  stores = await openTestDatabase();
  incidents = new IncidentStore(stores.database);
  outbox = new AlertOutbox(stores.database, 'a');
  other = new AlertOutbox(stores.database, 'b');
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.alertDelivery.deleteMany();
  await stores.database.incident.deleteMany();
});

/** A resource of which so many things are to be told. */
async function happen(count: number): Promise<{ resourceId: string; hostId: string }> {
  const { resourceId, hostIds } = await makeHosts(stores, 1);
  const hostId = hostIds[0] ?? '';
  await new HostLeaseStore(stores.database, 'monitor').hold('a', hostIds, 60_000);
  const happened = Array.from({ length: count }, (_, index) => incident({ object: `/data/${String(index)}` }));
  await incidents.save(
    'a',
    hostId,
    happened.map((one, index) => ({ incident: one, transition: transition(one), facts: { index } })),
  );
  return { resourceId, hostId };
}
const age = (resourceId: string, ms: number) =>
  stores.database
    .$executeRaw`UPDATE alert_transitions SET written_at = written_at - ${ms} * interval '1 millisecond' WHERE resource_id = ${resourceId}::uuid`;
const mail = (recipient: string): NewDelivery => ({ channel: 'mail', recipient, payload: { subject: 'Disk' } });
const collect =
  (groups: TransitionGroup[], deliveries: readonly NewDelivery[] = []) =>
  async (group: TransitionGroup) => {
    groups.push(group);
    return await Promise.resolve(deliveries);
  };
async function deliver(...deliveries: NewDelivery[]): Promise<string> {
  const { resourceId } = await happen(1);
  await outbox.group(0, 100, collect([], deliveries));
  return resourceId;
}
const rows = async () => await stores.database.alertDelivery.findMany({ orderBy: { recipient: 'asc' } });

describe('what people are to be told', () => {
  it('waits until its oldest part is old enough, and then goes out with all that came since, by resource', async () => {
    const [first, second] = [await happen(2), await happen(1)];
    const groups: TransitionGroup[] = [];
    expect(await outbox.group(60_000, 100, collect(groups))).toBe(0);
    await stores.database.$executeRaw`UPDATE alert_transitions SET written_at = now() - interval '2 minutes'
      WHERE id = (SELECT min(id) FROM alert_transitions WHERE resource_id = ${first.resourceId}::uuid)`;
    expect(await outbox.group(60_000, 100, collect(groups, [mail('x@example.com')]))).toBe(1);
    expect(groups).toEqual([
      {
        id: groups[0]?.transitions[0]?.id,
        resourceId: first.resourceId,
        transitions: [0, 1].map((index) => ({
          id: expect.any(Number),
          incidentId: expect.any(String),
          hostId: first.hostId,
          kind: 'fired',
          at: new Date('2026-11-26T12:00:30Z'),
          incident: incident({ object: `/data/${String(index)}` }),
          facts: { index },
        })),
      },
    ]);
    expect((await rows()).map((row) => [row.resourceId, Number(row.groupId), row.recipient])).toEqual([
      [first.resourceId, groups[0]?.id, 'x@example.com'],
    ]);
    await age(second.resourceId, 120_000);
    expect(await outbox.group(60_000, 100, collect(groups))).toBe(1);
    expect(groups[1]?.resourceId).toBe(second.resourceId);
    expect(await outbox.group(0, 100, collect(groups))).toBe(0);
  });

  // Many times: that two pick at the very same moment is rare.
  it('is made into messages once, however many processes are at it', { repeats: 19 }, async () => {
    const happened = await Promise.all(Array.from({ length: 12 }, () => happen(3)));
    const groups: TransitionGroup[] = [];
    const plan = collect(groups, [mail('x@example.com'), mail('y@example.com'), { channel: 'slack', recipient: '', payload: {} }]);
    const members = Array.from({ length: 6 }, (_, index) => new AlertOutbox(stores.database, `m${String(index)}`));
    while ((await Promise.all(members.map((member) => member.group(0, 5, plan)))).some((count) => count > 0));
    expect(groups.map(({ resourceId }) => resourceId).toSorted()).toEqual(happened.map(({ resourceId }) => resourceId).toSorted());
    expect(groups.map(({ transitions }) => transitions.length)).toEqual(happened.map(() => 3));
    expect(await rows()).toHaveLength(36);
  });

  it('is left to the process that has begun with it, also when more happens meanwhile', async () => {
    const { resourceId, hostId } = await happen(1);
    await age(resourceId, 60_000);
    const late = incident({ rule: 'memory', object: 'host' });
    const [groups, others]: [TransitionGroup[], TransitionGroup[]] = [[], []];
    await outbox.group(30_000, 10, async (group) => {
      await incidents.save('a', hostId, [{ incident: late, transition: transition(late) }]);
      expect(await other.group(30_000, 10, collect(others))).toBe(0);
      return await collect(groups)(group);
    });
    expect(groups.map(({ transitions }) => transitions.length)).toEqual([1]);
    expect(await other.group(0, 10, collect(others))).toBe(1);
    expect(others[0]?.transitions.map(({ incident: { rule } }) => rule)).toEqual(['memory']);
  });

  it('stays to be told when making the messages fails', async () => {
    const { resourceId } = await happen(1);
    const failing = outbox.group(0, 10, () => Promise.reject(new Error('no contacts')));
    await expect(failing).rejects.toThrow('no contacts');
    expect(await rows()).toEqual([]);
    const groups: TransitionGroup[] = [];
    await outbox.group(0, 10, collect(groups, [mail('x@example.com'), mail('x@example.com')]));
    expect(groups.map((group) => group.resourceId)).toEqual([resourceId]);
    expect(await rows()).toHaveLength(1);
  });
});

describe('messages', () => {
  it('are claimed by one process each, the most overdue first, and not again while the claim lasts', async () => {
    const resourceId = await deliver(...Array.from({ length: 20 }, (_, index) => mail(`${String(index)}@example.com`)));
    const claims = await Promise.all([outbox.claim(8, 60_000), other.claim(8, 60_000), outbox.claim(8, 60_000)]);
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(20);
    expect(claims.flat()[0]).toEqual({
      id: expect.any(String),
      resourceId,
      groupId: expect.any(Number),
      channel: 'mail',
      recipient: expect.any(String),
      payload: { subject: 'Disk' },
      attempts: 1,
      createdAt: expect.any(Date),
    });
    expect(await other.claim(8, 60_000)).toEqual([]);
  });

  it('whose sender has died are sent by another', async () => {
    await deliver(mail('x@example.com'));
    const [first] = await outbox.claim(1, 60_000);
    await stores.database.$executeRaw`UPDATE alert_deliveries SET claimed_until = now() - interval '1 second'`;
    const [second] = await other.claim(1, 60_000);
    expect(second).toEqual({ ...first, attempts: 2 });
    await outbox.failed(first?.id ?? '', 'too late to say', null);
    expect((await rows())[0]).toMatchObject({ claimedBy: 'b', gaveUpAt: null, lastError: null });
    await outbox.sent(first?.id ?? '');
    expect((await rows())[0]).toMatchObject({ claimedBy: null, sentAt: expect.any(Date) });
  });

  it('that were sent are sent no more', async () => {
    await deliver(mail('x@example.com'));
    const [claimed] = await outbox.claim(1, 60_000);
    await outbox.sent(claimed?.id ?? '');
    await outbox.failed(claimed?.id ?? '', 'late', new Date(0));
    expect(await outbox.claim(1, 60_000)).toEqual([]);
    expect((await rows())[0]?.lastError).toBeNull();
  });

  it('that could not be sent come again when they are due, until they are given up', async () => {
    await deliver(mail('x@example.com'));
    const [claimed] = await outbox.claim(1, 60_000);
    await outbox.failed(claimed?.id ?? '', 'mailbox full', new Date(Date.now() + 3_600_000));
    expect(await other.claim(1, 60_000)).toEqual([]);
    expect((await rows())[0]).toMatchObject({ lastError: 'mailbox full', gaveUpAt: null, claimedBy: null });
    await stores.database.alertDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });
    const [again] = await other.claim(1, 60_000);
    expect(again?.attempts).toBe(2);
    await other.failed(again?.id ?? '', 'no such user', null);
    expect((await rows())[0]).toMatchObject({ lastError: 'no such user', gaveUpAt: expect.any(Date) });
    expect(await outbox.claim(1, 60_000)).toEqual([]);
  });

  it('that could not be sent are so whatever the receiver has said', async () => {
    await deliver(mail('x@example.com'));
    const [claimed] = await outbox.claim(1, 60_000);
    await outbox.failed(claimed?.id ?? '', 'Slack answers 400 a\0b\ud800', new Date(Date.now() + 3_600_000));
    expect((await rows())[0]).toMatchObject({ claimedBy: null, lastError: 'Slack answers 400 a\uFFFDb\uFFFD' });
  });

  it('that were sent or given up long ago are removed, those that wait are not', async () => {
    await deliver(mail('sent@example.com'), mail('spent@example.com'), mail('waits@example.com'));
    const long = new Date(Date.now() - 31 * 86_400_000);
    await stores.database.alertDelivery.updateMany({ where: { recipient: 'sent@example.com' }, data: { sentAt: long } });
    await stores.database.alertDelivery.updateMany({ where: { recipient: 'spent@example.com' }, data: { gaveUpAt: long } });
    await stores.database.alertDelivery.updateMany({ data: { createdAt: long } });
    expect(await outbox.prune(30)).toBe(2);
    expect((await rows()).map(({ recipient }) => recipient)).toEqual(['waits@example.com']);
  });

  it('go when their resource is forgotten, also those that are just being made', async () => {
    const { resourceId } = await happen(1);
    let forgetting: Promise<void> | undefined;
    await outbox.group(0, 10, async () => {
      forgetting = stores.clusters.forget(await lease(stores.database, resourceId), new Date(), 2);
      return [mail('x@example.com')];
    });
    await forgetting;
    expect(await rows()).toEqual([]);
    expect(await stores.database.alertTransition.count({ where: { resourceId } })).toBe(0);
  });

  it('say that the database is away', async () => {
    const dead = openDeadDatabase();
    await expect(new AlertOutbox(dead, 'a').claim(1, 1)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(new AlertOutbox(dead, 'a').group(1, 1, collect([]))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await dead.$disconnect();
  });
});
