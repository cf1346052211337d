import { randomUUID } from 'node:crypto';
import { CallGate } from '@dockhero/testing/fakes/call-gate';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../testing/drive.js';
import { prepareWorld, type PreparedWorld } from '../testing/prepare-world.js';
import { makeReconciler, portsOf } from '../testing/worker.js';
import { OrphanSweep } from './orphan-sweep.js';

const graceMs = 3_600_000;

let world: PreparedWorld['world'];
let gate: PreparedWorld['gate'];
let sweep: OrphanSweep;

prepareWorld({ cloud: { endMs: 0 } }, (made) => ({ world, gate } = made));
beforeEach(() => {
  const { instances, addresses, groups } = portsOf(world, gate);
  sweep = new OrphanSweep(world.database, instances, addresses, groups, { intervalMs: graceMs, graceMs }, pino({ level: 'silent' }));
});

/** A host, an address and a group that no row knows. */
async function strand(resourceId: string = randomUUID()): Promise<string> {
  const { instances, addresses, groups } = portsOf(world, new CallGate());
  const securityGroupId = (await groups.ensure(resourceId)).id;
  await addresses.ensure(resourceId, randomUUID(), null);
  const spec = {
    resourceId,
    hostId: randomUUID(),
    name: 'x',
    instanceType: 't3.micro',
    subnetId: 'subnet-a',
    securityGroupId,
    rootGib: 16,
    userData: '',
  };
  await instances.launch(randomUUID(), spec);
  return resourceId;
}

const sweepFor = async (times: number) => {
  for (; times > 0; times -= 1) {
    await sweep.run(Date.now());
    world.advance(graceMs);
  }
};

describe('the orphan sweep', () => {
  it('removes what no row knows, after the grace period, and touches nothing of a living resource', async () => {
    const id = await world.sell();
    await settle(world, makeReconciler(world, new CallGate(), world.database), id);
    const stranded = await strand();
    await sweepFor(1);
    expect(world.cloud.leftovers(stranded)).toHaveLength(3);
    await sweepFor(3); // a group goes when its instance is gone
    expect(world.cloud.leftovers(stranded)).toEqual([]);
    expect(world.cloud.leftovers(id)).toHaveLength(3);
  });

  it('removes what a late call has made for a resource that is removed', async () => {
    const id = await world.sell();
    const reconciler = makeReconciler(world, new CallGate(), world.database);
    await settle(world, reconciler, id);
    await world.resources.remove(id);
    await settle(world, reconciler, id);
    await strand(id);
    await sweepFor(4);
    expect(world.cloud.leftovers(id)).toEqual([]);
  });

  it('removes nothing when most of what there is looks like orphans', async () => {
    const stranded = [await strand(), await strand()];
    await sweepFor(4);
    expect(stranded.flatMap((id) => world.cloud.leftovers(id))).toHaveLength(6);
  });

  it('goes on when one thing cannot be removed', async () => {
    const stranded = await strand();
    gate.refuse('instances.terminate', 'aws_rejected', 2);
    await sweepFor(2);
    expect(world.cloud.addresses).toEqual([]);
    await sweepFor(3);
    expect(world.cloud.leftovers(stranded)).toEqual([]);
  });

  it('is not stopped by a tag that is no uuid', async () => {
    await strand('somebody typed this');
    const stranded = await strand();
    const id = await world.sell();
    await settle(world, makeReconciler(world, new CallGate(), world.database), id);
    const other = await world.sell();
    await settle(world, makeReconciler(world, new CallGate(), world.database), other);
    await sweepFor(4);
    expect(world.cloud.leftovers(stranded)).toEqual([]);
    expect(world.cloud.leftovers(id)).toHaveLength(3);
  });
});
