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
const makeDue = () => stores.database.alertDelivery.updateMany({ data: { nextAttemptAt: new Date(0) } });

describe('DeliverMessages', () => {
  it('spends no attempt on a mail that the brake holds back', async () => {
    await wait('mail', 1);
    const braked = deliverer(async () => ({ kind: 'later', error: 'too many mails in ten minutes', at: new Date(0) }));
    for (let times = 0; times < 20; times += 1) expect(await braked.deliverDue()).toBe(1);
    expect(await deliverer(async () => ({ kind: 'later', error: 'the mail server is away' })).deliverDue()).toBe(1);
    expect(await stores.database.alertDelivery.findFirst()).toMatchObject({ gaveUpAt: null, lastError: 'the mail server is away' });
    await makeDue();
    expect(await deliverer(async () => ({ kind: 'sent' })).deliverDue()).toBe(1);
    expect(await stores.database.alertDelivery.count({ where: { sentAt: { not: null } } })).toBe(1);
  });

  it('lets no add-on’s messages wait for those of another', async () => {
    await wait('webhook', 100);
    const other = await wait('mail', 1);
    const sent: string[] = [];
    await deliverer(async ({ resourceId }) => {
      sent.push(resourceId);
      return await Promise.resolve({ kind: 'sent' });
    }).deliverDue();
    expect(sent).toContain(other);
  });
});
