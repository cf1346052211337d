import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { headerOf } from './testing/mail-box.js';
import { MonitoredWorld } from './testing/monitored-world.js';

const soon = { timeout: 20_000, interval: 50 };
let world: MonitoredWorld;
beforeEach(async () => {
  world = await MonitoredWorld.start();
  await world.database.alertContact.create({ data: { resourceId: world.resourceId, email: 'ann@example.com', role: 'owner' } });
  await world.settings.write(world.resourceId, { recipients: ['Ann@Example.com', 'bob@example.com'] });
});
afterEach(() => world.stop());

/** Whatever the agent answers from now on, it was seen at least twice. */
async function seen(): Promise<void> {
  const before = world.looks;
  await expect.poll(() => world.looks, soon).toBeGreaterThan(before + 2);
}
async function watched(...names: string[]): Promise<void> {
  for (const name of names) await world.startMonitor(name);
  await expect.poll(() => world.holder(), soon).not.toBe('');
  await seen();
}
const killOutOfMemory = (oomKills = 1) => (world.figures = { ...world.figures, oomKills });
const recipients = () => world.mailBox.mails.flatMap(({ to }) => to.map((address) => address.toLowerCase())).toSorted();
const everybody = ['ann@example.com', 'bob@example.com'];
const told = async () => await world.database.auditEvent.findMany({ where: { resourceId: world.resourceId, kind: 'warning' } });
const delivered = async () => {
  await expect.poll(() => world.database.alertDelivery.count({ where: { sentAt: null } }), soon).toBe(0);
  await expect.poll(() => world.database.alertTransition.count({ where: { groupId: null } }), soon).toBe(0);
};

vi.setConfig({ testTimeout: 120_000 });

describe('a monitor', () => {
  it('tells each person once, and the app’s log, also when it is restarted in between', async () => {
    await watched('a');
    killOutOfMemory();
    await expect.poll(recipients, soon).toEqual(everybody);
    expect(world.mailBox.mails.map((mail) => headerOf(mail, 'Subject'))).toEqual(Array(2).fill(expect.stringContaining('web')));
    await world.stopMonitor('a');
    await watched('b');
    await delivered();
    expect(recipients()).toEqual(everybody);
    expect((await told()).map(({ text }) => text)).toEqual([expect.stringMatching(/^alert=oom-kill state=firing .* object=web/)]);
  });

  it('sends later what could not be sent before a restart, under the same id', async () => {
    world.mailBox.isAway = true;
    await watched('a');
    killOutOfMemory();
    await expect.poll(() => world.database.alertDelivery.count({ where: { channel: 'mail', lastError: { not: null } } }), soon).toBe(2);
    await world.stopMonitor('a');
    world.mailBox.isAway = false;
    await world.hurry();
    await watched('b');
    await expect.poll(recipients, soon).toEqual(everybody);
    await delivered();
    expect(recipients()).toEqual(everybody);
    const [incident] = await world.database.incident.findMany();
    expect(headerOf(world.mailBox.mails[0], 'Message-ID')).toMatch(new RegExp(`^<${incident?.id ?? ''}\\.fired\\.\\d+@dockhero\\.io>$`));
  });

  it('tells once when there are two of them and the one that watches dies', async () => {
    await watched('a', 'b');
    killOutOfMemory();
    await expect.poll(recipients, soon).toEqual(everybody);
    const first = await world.holder();
    await world.cutOff(first);
    await expect.poll(() => world.holder(), { ...soon, timeout: 40_000 }).toBe(first === 'a' ? 'b' : 'a');
    await seen();
    world.figures = { ...world.figures, starts: 9 };
    await expect.poll(() => recipients().length, soon).toBe(4);
    await delivered();
    const subjects = world.mailBox.mails.map((mail) => headerOf(mail, 'Subject'));
    expect(new Set(subjects).size).toBe(2);
    expect(recipients()).toEqual([...everybody, ...everybody].toSorted());
    expect(await told()).toHaveLength(2);
  });

  it('reaches a webhook that fails at first with the same event, and leaves one that is gone', async () => {
    const { endpoint } = world;
    await world.settings.write(world.resourceId, { webhookUrl: new Secret(endpoint.url), webhookSecret: new Secret('geheim') });
    endpoint.answer = (response) => void response.writeHead(503).end();
    await watched('a');
    killOutOfMemory();
    await expect.poll(() => world.database.alertDelivery.count({ where: { channel: 'webhook', lastError: { not: null } } }), soon).toBe(1);
    endpoint.answer = (response) => void response.end();
    await world.hurry();
    await delivered();
    const ids = endpoint.posts.map(({ headers }) => headers['x-event-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(endpoint.posts.map(({ body }) => JSON.parse(body) as object)).toEqual(
      Array(2).fill(expect.objectContaining({ type: 'alert.firing', rule: 'oom-kill', object: 'web' })),
    );
    endpoint.answer = (response) => void response.writeHead(410).end();
    world.figures = { ...world.figures, starts: 9 };
    await expect.poll(async () => (await world.settings.read(world.resourceId)).webhook.isSet, soon).toBe(false);
    await expect.poll(async () => (await told()).map(({ text }) => text), soon).toContainEqual(expect.stringContaining('410'));
  });

  it('sends nobody a mail who has said so by the link in one, also one that was waiting', async () => {
    const optOuts = new MailOptOutStore(world.database);
    await watched('a');
    killOutOfMemory();
    await expect.poll(recipients, soon).toEqual(everybody);
    const [mail] = world.mailBox.mails.filter(({ to }) => to[0]?.toLowerCase() === 'ann@example.com');
    const [, token = ''] = /^<https:\/\/addon\.dockhero\.test\/unsubscribe\?token=(.+)>$/.exec(headerOf(mail, 'List-Unsubscribe')) ?? [];
    expect(world.unsubscribedBy(token)).toMatchObject({
      resourceId: world.resourceId,
      email: expect.stringMatching(/^ann@example\.com$/i) as string,
    });
    world.mailBox.isAway = true;
    world.figures = { ...world.figures, starts: 9 };
    const waiting = { channel: 'mail', recipient: 'bob@example.com', lastError: { not: null }, sentAt: null };
    await expect.poll(() => world.database.alertDelivery.count({ where: waiting }), soon).toBe(1);
    await optOuts.add(world.resourceId, 'bob@example.com');
    world.mailBox.isAway = false;
    await world.hurry();
    await expect.poll(recipients, soon).toEqual([...everybody, 'ann@example.com'].toSorted());
    const refused = { ...waiting, gaveUpAt: { not: null } };
    await expect.poll(() => world.database.alertDelivery.count({ where: refused }), soon).toBe(1);
    expect(recipients()).toEqual([...everybody, 'ann@example.com'].toSorted());
  });

  it('keeps what it sees in the history', async () => {
    await watched('a');
    await expect.poll(() => world.database.hostSample.count(), soon).toBeGreaterThan(1);
    // Seven digits are kept.
    const gibibytes = (count: number): number => expect.closeTo(count * 1024 ** 3, -3) as number;
    const [sample] = await world.database.hostSample.findMany({ orderBy: { at: 'desc' }, take: 1 });
    expect(sample).toMatchObject({ memoryTotalBytes: gibibytes(4), memoryUsedBytes: gibibytes(2), load: 0.25, containers: 1 });
  });
});
