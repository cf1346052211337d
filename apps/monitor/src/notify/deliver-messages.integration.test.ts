import { AlertOutbox } from '@dockhero/database/alert-outbox';
import { makeHosts, openTestDatabase } from '@dockhero/database/testing/open-test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Outside } from '../testing/hosts.js';
import { DeliverMessages, type Send } from './deliver-messages.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => (stores = await openTestDatabase()));
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.alertDelivery.deleteMany();
});

function deliverer(send: Send): DeliverMessages {
  const outbox = new AlertOutbox(stores.database, 'a');
  return new DeliverMessages(outbox, { mail: send, webhook: send, slack: send, log: send }, new Outside());
}
async function wait(channel: 'mail' | 'webhook', count: number): Promise<string> {
  const { resourceId } = await makeHosts(stores, 1);
  await stores.database.alertDelivery.createMany({
    data: Array.from({ length: count }, (_, index) => ({ resourceId, channel, recipient: String(index), payload: {} })),
  });
  return resourceId;
}
/** One round, to its end. */
async function due(delivery: DeliverMessages): Promise<number> {
  const count = await delivery.deliverDue();
  await delivery.stop();
  return count;
}
const makeDue = () => stores.database.alertDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });

describe('DeliverMessages', () => {
  it('spends no attempt on a mail that the brake holds back', async () => {
    await wait('mail', 1);
    const braked = deliverer(async () => ({ kind: 'later', error: 'too many mails in ten minutes', at: new Date(0) }));
    for (let times = 0; times < 20; times += 1) expect(await due(braked)).toBe(1);
    expect(await due(deliverer(async () => ({ kind: 'later', error: 'the mail server is away' })))).toBe(1);
    expect(await stores.database.alertDelivery.findFirst()).toMatchObject({ gaveUpAt: null, lastError: 'the mail server is away' });
    await makeDue();
    expect(await due(deliverer(async () => ({ kind: 'sent' })))).toBe(1);
    expect(await stores.database.alertDelivery.count({ where: { sentAt: { not: null } } })).toBe(1);
  });

  it('lets no add-on’s messages wait for those of another', async () => {
    await wait('webhook', 100);
    const other = await wait('mail', 1);
    const sent: string[] = [];
    const delivery = deliverer(async ({ resourceId }) => {
      sent.push(resourceId);
      return await Promise.resolve({ kind: 'sent' });
    });
    await due(delivery);
    expect(sent).toContain(other);
  });

  it.each(['mail', 'webhook'] as const)('goes on while a %s takes its time, also when all of them do', async (channel) => {
    const hanging = Promise.withResolvers<{ kind: 'sent' }>();
    const sent: string[] = [];
    const delivery = deliverer(async ({ resourceId, channel: by }) => {
      if (by === channel) return await hanging.promise;
      sent.push(resourceId);
      return { kind: 'sent' };
    });
    await wait(channel, 200);
    delivery.start();
    await expect.poll(() => stores.database.alertDelivery.count({ where: { claimedBy: 'a' } })).toBeGreaterThanOrEqual(16);
    const other = await wait(channel === 'mail' ? 'webhook' : 'mail', 1);
    await expect.poll(() => sent).toEqual([other]);
    expect(await stores.database.alertDelivery.count({ where: { claimedBy: 'a' } })).toBeLessThan(32);
    hanging.resolve({ kind: 'sent' });
    await delivery.stop();
  });
});
