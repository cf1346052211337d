import { createHmac } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CustomerPost } from '../post/post-to-customer.js';
import { CustomerEndpoint } from '../testing/customer-endpoint.js';
import { sendSlack } from './send-slack.js';
import { sendWebhook } from './send-webhook.js';

const now = new Date('2030-01-01T00:00:00.900Z');
const event = { id: 'event-1', type: 'alert.firing' };
const customerPost = new CustomerPost(true);
let endpoint: CustomerEndpoint;
beforeEach(async () => (endpoint = await CustomerEndpoint.start()));
afterEach(() => endpoint.stop());

const send = (secret: string | null = 'geheim') =>
  sendWebhook(customerPost, { url: new Secret(endpoint.url), secret: secret === null ? null : new Secret(secret) }, event, now);
const answerWith = (status: number, text = '') => (endpoint.answer = (response) => void response.writeHead(status).end(text));

describe('sendWebhook', () => {
  it('signs time and body, so that a receiver can check both', async () => {
    expect(await send()).toEqual({ kind: 'sent' });
    const [post] = endpoint.posts;
    const [, seconds = '', signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post?.headers['x-signature'])) ?? [];
    expect(seconds).toBe(String(Date.parse('2030-01-01') / 1_000));
    expect(signature).toBe(
      createHmac('sha256', 'geheim')
        .update(`${seconds}.${post?.body ?? ''}`)
        .digest('hex'),
    );
    expect(post?.headers['x-event-id']).toBe('event-1');
    expect(JSON.parse(post?.body ?? '')).toEqual(event);
  });

  it('has no signature without a secret', async () => {
    await send(null);
    expect(endpoint.posts[0]?.headers).not.toHaveProperty('x-signature');
  });

  it('ends with 410, tries everything else again', async () => {
    answerWith(410);
    expect(await send()).toMatchObject({ kind: 'refused', isGone: true });
    for (const status of [301, 400, 404, 429, 500, 503]) {
      answerWith(status);
      expect(await send()).toMatchObject({ kind: 'later' });
    }
    const refused = await sendWebhook(new CustomerPost(false), { url: new Secret(endpoint.url), secret: null }, event, now);
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(refused)).not.toContain('/hook');
  });
});

describe('sendSlack', () => {
  const slack = () => sendSlack(customerPost, new Secret(endpoint.url), { text: 'Disk at 92 %' });

  it('posts the text', async () => {
    expect(await slack()).toEqual({ kind: 'sent' });
    expect(JSON.parse(endpoint.posts[0]?.body ?? '')).toEqual({ text: 'Disk at 92 %' });
  });

  it('ends when the channel or hook is gone, tries everything else again', async () => {
    for (const [status, kind] of [
      [410, 'refused'],
      [404, 'refused'],
      [403, 'refused'],
      [429, 'later'],
      [500, 'later'],
    ] as const) {
      answerWith(status, 'no_service');
      expect(await slack()).toMatchObject({ kind });
    }
  });
});
