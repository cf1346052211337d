import { randomUUID } from 'node:crypto';
import { makeUnsubscribeToken } from '@dockhero/database/unsubscribe-token';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest, box } from '../testing/api-under-test.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
});
afterAll(() => api.stop());

const oneClick = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'List-Unsubscribe=One-Click' };
const link = (resourceId: string, email = 'Ann@example.com') => `/unsubscribe?token=${makeUnsubscribeToken(box, { resourceId, email })}`;
const settingsOf = async (id: string) =>
  (await api.call('GET', `/c/${await api.tokenOf(id)}/alerts`)).body.settings as { unsubscribed: readonly string[] };

describe('the link of a mail', () => {
  it('ends the mails to that address with one POST, as a mail program sends it, and the same again', async () => {
    const id = await api.provision();
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    const answers = [
      await api.call('POST', link(id), oneClick),
      await api.call('POST', link(id)),
      await api.call('POST', link(id), oneClick),
    ];
    const multipart = await fetch(`${api.url}${link(id)}`, { method: 'POST', body: form });
    expect([...answers.map(({ status }) => status), multipart.status]).toEqual([200, 200, 200, 200]);
    expect(answers[0]?.text).toContain('gets no more mails');
    expect((await settingsOf(id)).unsubscribed).toEqual(['ann@example.com']);
    expect(await api.database.auditEvent.count({ where: { resourceId: id, text: { contains: 'no more mails' } } })).toBe(1);
  });

  it('changes nothing when it is only followed: it asks, and its button is that POST', async () => {
    const id = await api.provision();
    const { status, headers, text } = await api.call('GET', link(id, '<b>"@example.com'));
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, 'text/html; charset=utf-8', 'no-store']);
    expect(text).toContain('<form method="post"><button>');
    expect(text).toContain('&#60;b&#62;&#34;@example.com');
    expect((await settingsOf(id)).unsubscribed).toEqual([]);
  });

  it('is undone by the customer', async () => {
    const id = await api.provision();
    for (const email of ['ann@example.com', 'bob@example.com']) await api.call('POST', link(id, email));
    const resubscribe = await api.call('PATCH', `/c/${await api.tokenOf(id)}/alerts/settings`, {
      body: { resubscribe: ['Ann@Example.com'] },
    });
    expect([resubscribe.status, resubscribe.body.unsubscribed]).toEqual([200, ['bob@example.com']]);
  });

  it.each(['', '?token=', '?token=v1.k1.a.b.c', '?token=x&token=y'])('must be one of ours: %s', async (query) => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await api.call(method, `/unsubscribe${query}`);
      expect([status, body.id]).toEqual([404, 'unsubscribe_link_unknown']);
    }
  });

  it('of an add-on that is gone does no harm', async () => {
    expect((await api.call('POST', link(randomUUID()), oneClick)).status).toBe(200);
  });

  it('reaches no log', async () => {
    const id = await api.provision();
    const path = link(id, 'canary-31ab@example.com');
    await api.call('GET', path);
    await api.call('POST', path, oneClick);
    expect(api.logs()).not.toContain(path.split('=').at(-1));
    expect(api.logs()).not.toContain('canary-31ab');
  });
});

it('forms are read there and nowhere else', async () => {
  const path = `/c/${await api.tokenOf(await api.provision())}/alerts/silences`;
  expect((await api.call('POST', path, oneClick)).status).toBe(415);
});
