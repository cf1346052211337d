import { AlertContactStore } from '@dockhero/database/alert-contact-store';
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
