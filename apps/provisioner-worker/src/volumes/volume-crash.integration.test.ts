import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passOnce, settle } from '../testing/drive.js';
import { Life, mortal } from '../testing/mortal-database.js';
import { makeVolumeReconciler } from '../testing/volume-worker.js';
import { VolumeOwner } from '../testing/volume-owner.js';
import { openStorage, World, type TestStorage } from '../testing/world.js';

let storage: TestStorage;
beforeAll(async () => {
  storage = await openStorage();
});
afterAll(() => storage.drop());

type Make = (database: TestStorage['database'], gate: CallGate) => ReturnType<typeof makeVolumeReconciler>;

/** A volume's whole life but for its end: made, attached, written to, grown, backed up, moved to another zone, restored in place. */
async function live(owner: VolumeOwner, pass: (id: string) => Promise<void>): Promise<string> {
  const { ebs, mounts } = owner.world;
  const volume = await owner.create();
  await owner.want(volume, 0);
  await pass(volume.id);
  expect(await owner.mount(volume, 0)).toBe(true);
  ebs.write((await owner.facts(volume.id)).ebsVolumeId ?? '', 1, 'good');
  await owner.resize('data', 3);
  await owner.backUp('data');
  await pass(volume.id);
  const good = (await owner.backups(volume.id)).find(({ kind }) => kind === 'manual');
  mounts.stopContainers(volume.id);
  await owner.want(volume, 1);
  await pass(volume.id);
  expect(await owner.mount(volume, 1)).toBe(true);
  ebs.write((await owner.facts(volume.id)).ebsVolumeId ?? '', 1, 'bad');
  mounts.stopContainers(volume.id);
  await owner.restore(good?.id ?? '');
  await pass(volume.id);
  return volume.id;
}

const worldOf = () =>
  new World(storage, {}, { createMs: 300, attachMs: 300, detachMs: 300, snapshotMs: 3_000, modifyMs: 500, lagMs: 1_000 });

/** Runs a life in which the worker dies behind the `nth` outside call; another goes on. @returns the calls that the first one made. */
async function crashAfter(
  nth: number,
  make: (world: World) => Make,
  isRemoval: boolean,
): Promise<{ owner: VolumeOwner; id: string; calls: string[] }> {
  const world = worldOf();
  const owner = await VolumeOwner.with(world, 'business');
  const life = new Life();
  const gate = new CallGate();
  gate.hook = (_call, moment) => {
    life.check();
    if (moment === 'after' && gate.calls.length > nth) life.end();
  };
  const build = make(world);
  const doomed = build(mortal(storage.database, life), gate);
  const next = build(storage.database, new CallGate());
  const pass = async (id: string) => {
    while (!life.ended) if ((await passOnce(world, doomed, id)) === 'done') return;
    await world.expireLease(id);
    await settle(world, next, id);
  };
  const healthy = async (id: string) => void (await settle(world, next, id));
  const id = await live(owner, isRemoval ? healthy : pass);
  if (isRemoval) {
    for (let index = 0; index < 3; index += 1) await owner.letGo((await owner.look(id)).volume, index);
    await healthy(id);
    await owner.remove('data');
    await pass(id);
  }
  return { owner, id, calls: [...gate.calls] };
}

const make =
  (world: World): Make =>
  (database, gate) =>
    makeVolumeReconciler(world, gate, database);

/** The first time that each kind of call is made, and the last. */
function milestones(calls: readonly string[]): number[] {
  return [...new Set(calls.flatMap((call) => [calls.indexOf(call), calls.lastIndexOf(call)]))].toSorted((a, b) => a - b);
}

describe('a worker that dies right after an outside call for a volume', () => {
  it(
    'has left one disk with the right content, nothing frozen and no second attachment once another has gone on',
    { timeout: 300_000 },
    async () => {
      const { calls } = await crashAfter(Infinity, make, false);
      for (const nth of milestones(calls)) {
        const { owner, id } = await crashAfter(nth, make, false);
        const { ebs, mounts } = owner.world;
        const context = `after ${calls[nth]} (${nth})`;
        const disks = ebs.alive().filter(({ deletedAt }) => deletedAt === null);
        expect(
          disks.map(({ spec, content }) => `${spec.generation} ${content.get(1)?.toString()}`),
          context,
        ).toEqual(['2 good']);
        expect(disks[0]?.attachment, context).toMatchObject({ instanceId: await owner.instanceOf(1), state: 'attached' });
        owner.world.advance(10_000);
        expect([...ebs.violations, ...mounts.violations, ...mounts.frozen()], context).toEqual([]);
        expect(await owner.facts(id), context).toMatchObject({ state: 'attached', step: null, generation: 2, attentionCode: null });
      }
    },
  );

  it('has left no disk and one final backup, when it was removing', { timeout: 300_000 }, async () => {
    const { calls } = await crashAfter(Infinity, make, true);
    for (const nth of milestones(calls)) {
      const { owner, id } = await crashAfter(nth, make, true);
      const context = `after ${calls[nth]} (${nth})`;
      expect(
        owner.world.ebs.alive().filter(({ deletedAt }) => deletedAt === null),
        context,
      ).toEqual([]);
      const finals = (await owner.backups(id)).filter(({ kind }) => kind === 'final');
      expect(
        finals.map(({ state }) => state),
        context,
      ).toEqual(['completed']);
    }
  });
});
