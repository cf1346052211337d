import { randomUUID } from 'node:crypto';
import type { LogInput } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from './lease.js';
import { LogAttachmentStore } from './log-attachment-store.js';
import { LogInputStore } from './log-input-store.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let attachments: LogAttachmentStore;
let inputs: LogInputStore;
let id: string;
let held: Lease;
beforeAll(async () => {
  stores = await openTestDatabase();
  attachments = new LogAttachmentStore(stores.database);
  inputs = new LogInputStore(stores.database, stores.box);
});
afterAll(() => stores.close());
beforeEach(async () => {
  const resource = newResource();
  id = resource.id;
  await stores.resources.create(resource);
  held = await lease(stores.database, id);
  await load(stores.clusters, held);
});

const input = (appName: string, url: string | null, isOwner = false): LogInput => ({
  attachmentId: `of-${appName}`,
  appName,
  isOwner,
  url: url === null ? null : new Secret(url),
});
const others = async () => (await inputs.urls([id])).get(id)?.others.map((url) => url.reveal());

describe('which apps get the logs', () => {
  it('is the owner until all are wanted, and the drain’s list follows at its next look', async () => {
    await inputs.record(held, [input('shop', 'https://shop', true), input('back-office', 'https://back-office')]);
    expect([(await attachments.read(id))?.all, await others()]).toEqual([false, []]);
    expect(await attachments.set(id, true)).toBe(true);
    expect([(await attachments.read(id))?.all, await others()]).toEqual([true, ['https://back-office']]);
    expect(await attachments.set(id, false)).toBe(true);
    expect([(await attachments.read(id))?.all, await others()]).toEqual([false, []]);
  });

  it('names each app once, with whether Heroku takes logs for it, and no address', async () => {
    await inputs.record(held, [
      input('shop', 'https://shop', true),
      { ...input('shop', null), attachmentId: 'second' },
      input('fir', null),
    ]);
    const known = await attachments.read(id);
    expect(known?.apps).toEqual([
      { name: 'fir', isOwner: false, hasInput: false },
      { name: 'shop', isOwner: true, hasInput: true },
    ]);
    expect(known?.readAt).toBeInstanceOf(Date);
    expect(JSON.stringify(known)).not.toContain('https://');
  });

  it('once set has Heroku asked again, once: an app may have been attached since', async () => {
    await inputs.record(held, [input('shop', 'https://shop', true)]);
    expect(await inputs.staleInputs(id)).toBe(false);
    await attachments.set(id, true);
    expect(await inputs.staleInputs(id)).toBe(true);
    await inputs.record(held, [input('shop', 'https://shop', true)]);
    expect(await inputs.staleInputs(id)).toBe(false);
  });

  it('is told in the history, and not changed for what is removed or unknown', async () => {
    await attachments.set(id, true);
    await stores.resources.remove(id);
    expect(await attachments.set(id, false)).toBe(false);
    expect([await attachments.set(randomUUID(), true), await attachments.read(randomUUID())]).toEqual([false, null]);
    const events = await stores.database.auditEvent.findMany({ where: { resourceId: id, text: { startsWith: 'Logs' } } });
    expect(events.map(({ kind, text }) => [kind, text])).toEqual([['desired', 'Logs go to all attached apps']]);
  });
});
