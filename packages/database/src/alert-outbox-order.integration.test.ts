import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AlertOutbox, type NewDelivery } from './alert-outbox.js';
import { HostLeaseStore } from './host-lease-store.js';
import { IncidentStore } from './incident-store.js';
import { incident, transition } from './testing/incidents.js';
import { makeHosts, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let outbox: AlertOutbox;
beforeAll(async () => {
  stores = await openTestDatabase();
  outbox = new AlertOutbox(stores.database, 'a');
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.alertDelivery.deleteMany();
  await stores.database.incident.deleteMany();
});

/** Something of which people are to be told. */
async function happen(): Promise<{ resourceId: string; incidentId: string }> {
  const { resourceId, hostIds } = await makeHosts(stores, 1);
  await new HostLeaseStore(stores.database, 'monitor').hold('a', hostIds, 60_000);
  const happened = incident({});
  await new IncidentStore(stores.database).save('a', hostIds[0] ?? '', [{ incident: happened, transition: transition(happened) }]);
  const { id } = await stores.database.incident.findFirstOrThrow({ where: { resourceId } });
  return { resourceId, incidentId: id };
}
const plan = async (...deliveries: NewDelivery[]) => await outbox.group(0, 100, async () => await Promise.resolve(deliveries));
const claimed = async () => (await outbox.claim(9, 60_000)).map(({ recipient, id }) => ({ recipient, id }));
const mail = (recipient: string): NewDelivery => ({ channel: 'mail', recipient, payload: { subject: 'Disk' } });
function event(incidentId: string, kind: string, at: number): NewDelivery {
  const id = `${incidentId}.${kind}.${String(at)}`;
  return { channel: 'webhook', recipient: id, payload: { id, createdAt: new Date(at).toISOString() } };
}

describe('messages that wait', () => {
  it('for a webhook about one incident go out in order, while those about others and by other channels do not wait', async () => {
    const { resourceId, incidentId } = await happen();
    const [fired, other] = [event(incidentId, 'fired', 0), event('two', 'fired', 0)];
    await plan(event(incidentId, 'escalated', 5), fired, other, mail('x@example.com'), mail('y@example.com'));
    const first = await claimed();
    const names = [fired.recipient, other.recipient, 'x@example.com', 'y@example.com'];
    expect(first.map(({ recipient }) => recipient).toSorted()).toEqual(names.toSorted());
    expect(await claimed()).toEqual([]);
    const id = first.find(({ recipient }) => recipient === fired.recipient)?.id ?? '';
    await outbox.failed(id, 'away', new Date(Date.now() + 3_600_000));
    expect(await claimed()).toEqual([]);
    // What comes later has the one before tried again at once.
    await stores.database.$executeRaw`UPDATE alert_transitions SET group_id = NULL WHERE resource_id = ${resourceId}::uuid`;
    await plan(event(incidentId, 'resolved', 9));
    for (const kind of ['fired.0', 'escalated.5', 'resolved.9']) {
      const [next, ...more] = await claimed();
      expect([next?.recipient, more]).toEqual([`${incidentId}.${kind}`, []]);
      await outbox.sent(next?.id ?? '');
    }
  });

  it('for people of an add-on that is being removed are sent no more', async () => {
    const { resourceId } = await happen();
    await plan(mail('x@example.com'));
    await happen();
    await plan(mail('y@example.com'));
    await stores.database.resource.update({ where: { id: resourceId }, data: { desired: 'removed' } });
    expect((await claimed()).map(({ recipient }) => recipient)).toEqual(['y@example.com']);
  });
});
