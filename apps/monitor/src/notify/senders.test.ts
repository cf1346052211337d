import type { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import type { Delivery } from '@dockhero/database/alert-outbox';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CustomerPost } from '../post/post-to-customer.js';
import { CustomerEndpoint } from '../testing/customer-endpoint.js';
import { Outside } from '../testing/hosts.js';
import { MailBrake } from './mail-brake.js';
import { sendersOf } from './senders.js';

let endpoint: CustomerEndpoint;
let url: string | null;
let told: string[];
beforeEach(async () => {
  endpoint = await CustomerEndpoint.start();
  url = endpoint.url;
  told = [];
});
afterEach(() => endpoint.stop());

const settings = {
  readMany: async (ids: readonly string[]) =>
    new Map(ids.map((id) => [id, { webhook: url === null ? null : { url: new Secret(url), secret: null } }])),
  write: async (_: string, patch: { webhookUrl?: Secret | null }) => {
    if (patch.webhookUrl === null) url = null;
    return true;
  },
} as unknown as AlertSettingsStore;
const senders = sendersOf({
  ...new Outside(),
  now: () => new Date(),
  mail: null,
  brake: new MailBrake(1),
  optOuts: { list: async () => [] },
  unsubscribeUrl: null,
  post: new CustomerPost(true),
  audit: { write: async (_, __, text) => void told.push(text) },
  settings,
});
const delivery: Delivery = {
  id: 'delivery-1',
  resourceId: 'resource-1',
  groupId: 1,
  channel: 'webhook',
  recipient: '1',
  payload: { id: 'event-1' },
  attempts: 1,
  createdAt: new Date(0),
};

describe('a webhook that answers 410', () => {
  it('is switched off, once', async () => {
    endpoint.answer = (response) => void response.writeHead(410).end();
    await senders.webhook(delivery);
    expect([url, await senders.webhook(delivery)]).toEqual([null, { kind: 'refused', error: 'it is no longer set' }]);
    expect(told).toHaveLength(1);
  });

  it('leaves the one that was set in its place while it was asked', async () => {
    endpoint.answer = (response) => {
      url = 'https://hooks.example.com/new';
      response.writeHead(410).end();
    };
    expect(await senders.webhook(delivery)).toMatchObject({ kind: 'later' });
    expect([url, told]).toEqual(['https://hooks.example.com/new', []]);
  });
});
