import type { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import type { Delivery } from '@dockhero/database/alert-outbox';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CustomerPost } from '../post/post-to-customer.js';
import { CustomerEndpoint } from '../testing/customer-endpoint.js';
import { Outside } from '../testing/hosts.js';
import { MailBrake } from './mail-brake.js';
import type { MailSender } from './send-mail.js';
import { sendersOf } from './senders.js';

let endpoint: CustomerEndpoint;
let url: string | null;
let told: string[];
let mails: string[];
let people: { mailsEnabled: boolean; recipients: string[]; contacts: string[] };
beforeEach(async () => {
  mails = [];
  people = { mailsEnabled: true, recipients: ['Bob@example.com'], contacts: ['ann@example.com'] };
  endpoint = await CustomerEndpoint.start();
  url = endpoint.url;
  told = [];
});
afterEach(() => endpoint.stop());

const settings = {
  readMany: async (ids: readonly string[]) =>
    new Map(ids.map((id) => [id, { ...people, webhook: url === null ? null : { url: new Secret(url), secret: null } }])),
  write: async (_: string, patch: { webhookUrl?: Secret | null }) => {
    if (patch.webhookUrl === null) url = null;
    return true;
  },
} as unknown as AlertSettingsStore;
const { now, metrics, logger } = new Outside();
const senders = sendersOf({
  now,
  metrics,
  logger,
  mail: {
    send: async (recipient: string) => {
      mails.push(recipient);
      return { kind: 'sent' };
    },
  } as unknown as MailSender,
  brake: new MailBrake(100),
  contacts: { list: async () => people.contacts.map((email) => ({ email })) },
  optOuts: { list: async () => ['eve@example.com'] },
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

describe('a mail that was waiting', () => {
  const mailTo = (recipient: string) => senders.mail({ ...delivery, channel: 'mail', recipient, payload: {} });

  it.each(['ann@example.com', 'bob@example.com'])('goes to %s, who is to be told still', async (recipient) => {
    expect(await mailTo(recipient)).toEqual({ kind: 'sent' });
    expect(mails).toEqual([recipient]);
  });

  it.each([
    ['was a collaborator', 'ann@example.com', { contacts: [] }],
    ['was named beside those', 'bob@example.com', { recipients: [] }],
    ['has said so', 'eve@example.com', { recipients: ['eve@example.com'] }],
    ['is the owner, now that mails are off', 'ann@example.com', { mailsEnabled: false }],
  ])('goes no more to who %s', async (_, recipient, change) => {
    Object.assign(people, change);
    expect(await mailTo(recipient)).toMatchObject({ kind: 'refused' });
    expect(mails).toEqual([]);
  });
});
