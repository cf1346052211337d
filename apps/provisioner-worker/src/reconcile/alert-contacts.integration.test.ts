import { createHash } from 'node:crypto';
import { AlertContactStore } from '@dockhero/database/alert-contact-store';
import { OwnerQuestionStore } from '@dockhero/database/owner-question-store';
import { VolumeStore } from '@dockhero/database/volume-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../testing/drive.js';
import { prepareResources, type PreparedResources } from '../testing/prepare-resources.js';

let world: PreparedResources['world'];
let gate: PreparedResources['gate'];
let reconciler: PreparedResources['reconciler'];
let contacts: AlertContactStore;

prepareResources((made) => ({ world, gate, reconciler } = made));
beforeEach(() => {
  contacts = new AlertContactStore(world.database);
});

const asked = () => gate.count('platform.contacts');
const owner = { email: 'owner@example.test', role: 'owner' };
async function running(): Promise<string> {
  const id = await world.sell();
  await settle(world, reconciler, id);
  return id;
}

describe('alert contacts', () => {
  it('are read once during a provision', async () => {
    const id = await running();
    await settle(world, reconciler, id);
    expect([asked(), await contacts.list(id)]).toEqual([1, [owner]]);
  });

  it('are read again after a day and not before: who came is told of alerts, who left is not', async () => {
    const id = await running();
    world.heroku.collaborate(id, 'new@example.test');
    await world.agePlatformReads(id, 23);
    await settle(world, reconciler, id);
    expect(asked()).toBe(1);
    await world.agePlatformReads(id, 2);
    await settle(world, reconciler, id);
    expect([asked(), await contacts.list(id)]).toEqual([2, [{ email: 'new@example.test', role: 'collaborator' }, owner]]);
    const addon = world.heroku.addons.get(id);
    if (addon) addon.contacts = addon.contacts.slice(1);
    await world.agePlatformReads(id, 25);
    await settle(world, reconciler, id);
    expect(await contacts.list(id)).toEqual([{ email: 'new@example.test', role: 'collaborator' }]);
  });

  it('are read again when the owner has to be known for sure', async () => {
    const id = await running();
    const question = new OwnerQuestionStore(world.database);
    await world.agePlatformReads(id, 1);
    expect(await question.isAnswered(id)).toBe(false);
    await question.ask(id);
    await settle(world, reconciler, id);
    await settle(world, reconciler, id);
    expect([asked(), await question.isAnswered(id)]).toEqual([2, true]);
  });

  it('leave backups to nobody that were made since the last reading, when the app has another owner now', async () => {
    const id = await running();
    const { volume } = await new VolumeStore(world.database).create(id, 'data', { sizeGib: 1 });
    const owner = createHash('sha256').update('owner@example.test').digest('hex');
    const made = { resourceId: id, volumeId: volume.id, generation: 1, sizeGib: 1, kind: 'daily', state: 'completed', ownerHash: owner };
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    await world.agePlatformReads(id, 25);
    const before = await world.database.backup.create({ data: { ...made, requestedAt: hoursAgo(30) } });
    const since = await world.database.backup.create({ data: { ...made, requestedAt: hoursAgo(20) } });
    const addon = world.heroku.addons.get(id);
    if (addon) addon.contacts = [{ email: 'buyer@example.test', role: 'owner' }];
    await settle(world, reconciler, id);
    const hashOf = async (backup: { id: string }) =>
      (await world.database.backup.findUniqueOrThrow({ where: { id: backup.id } })).ownerHash;
    expect([await hashOf(before), await hashOf(since)]).toEqual([owner, null]);
  });

  it('go with the add-on', async () => {
    const id = await running();
    await world.resources.remove(id);
    await settle(world, reconciler, id);
    expect(await contacts.list(id)).toEqual([]);
  });
});

describe('Heroku that does not name the contacts', () => {
  it.each(['heroku_unavailable', 'heroku_forbidden', 'heroku_addon_gone', 'heroku_rejected', 'grant_expired'] as const)(
    'but answers %s holds no provision up, and is asked again minutes later',
    async (code) => {
      gate.refuse('platform.contacts', code, 2);
      const id = await world.sell();
      const outcomes = await settle(world, reconciler, id);
      expect(outcomes.filter((outcome) => outcome.startsWith('failed') || outcome.includes('Heroku'))).toEqual([]);
      // A token that is refused is tried once more when it was renewed.
      expect([asked(), await contacts.list(id)]).toEqual([code === 'heroku_forbidden' ? 2 : 1, []]);
      gate.refuse('platform.contacts', code, 0);
      world.advance(5 * 60_000);
      await settle(world, reconciler, id);
      expect(await contacts.list(id)).toEqual([owner]);
    },
  );

  it('leaves those that were known last', async () => {
    const id = await running();
    world.heroku.collaborate(id, 'new@example.test');
    await world.agePlatformReads(id, 25);
    gate.loseAnswer('platform.contacts', 'heroku_unavailable');
    expect(await settle(world, reconciler, id)).toEqual(['done']);
    expect(await contacts.list(id)).toEqual([owner]);
  });
});
