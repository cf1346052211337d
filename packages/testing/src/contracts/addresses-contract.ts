import { randomUUID } from 'node:crypto';
import type { Address, Addresses } from '@dockhero/domain/ports/addresses';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InstancesUnderTest } from './instances-contract.js';
import { eventually, type Limits } from './limits.js';

export interface AddressesUnderTest extends InstancesUnderTest {
  readonly addresses: Addresses;
}

/** What every Addresses must keep. */
export function addressesContract(name: string, make: () => Promise<AddressesUnderTest>, limits: Limits): void {
  describe(`${name} keeps the Addresses contract`, () => {
    let world: AddressesUnderTest;
    const used: string[] = [];
    beforeAll(async () => {
      world = await make();
    });
    afterEach(async () => {
      for (const resourceId of used.splice(0)) {
        await eventually(limits, async () => {
          for (const { allocationId } of await world.addresses.listOf(resourceId)) await world.addresses.release(allocationId);
          for (const { id } of await world.instances.listOf(resourceId)) await world.instances.terminate(id);
          expect(await world.groups.remove(resourceId)).toBe(true);
        });
      }
    }, limits.deadlineMs * 2);
    const aResource = () => {
      const id = randomUUID();
      used.push(id);
      return id;
    };
    const ensure = async (resourceId: string, hostId: string, known: string | null = null): Promise<Address> =>
      await eventually(limits, async () => (await world.addresses.ensure(resourceId, hostId, known)) ?? expect.fail('not shown'));
    const shown = async (resourceId: string, count: number): Promise<Address[]> =>
      await eventually(limits, async () => {
        const found = await world.addresses.listOf(resourceId);
        expect(found).toHaveLength(count);
        return found;
      });

    it('allocates a host’s address once, and another for each further host', async () => {
      const [resourceId, one, other] = [aResource(), randomUUID(), randomUUID()];
      const first = await ensure(resourceId, one);
      expect(first).toMatchObject({ resourceId, hostId: one, instanceId: null, publicAddress: expect.stringMatching(/^\d+(\.\d+){3}$/) });
      await shown(resourceId, 1);
      expect((await ensure(resourceId, one, first.publicAddress)).allocationId).toBe(first.allocationId);
      expect((await ensure(resourceId, one)).allocationId).toBe(first.allocationId);
      expect((await ensure(resourceId, other)).publicAddress).not.toBe(first.publicAddress);
      expect(new Set((await shown(resourceId, 2)).map(({ hostId }) => hostId))).toEqual(new Set([one, other]));
    });

    it('allocates no other in place of one that is known and not shown', async () => {
      const resourceId = aResource();
      expect(await world.addresses.ensure(resourceId, randomUUID(), '192.0.2.1')).toBeNull();
      expect(await world.addresses.listOf(resourceId)).toEqual([]);
    });

    it('gives back duplicates, and keeps the one that is known', async () => {
      const [resourceId, hostId] = [aResource(), randomUUID()];
      // Nothing keeps EC2 from allocating twice: two first calls side by side are a lost answer’s twin.
      const made = await Promise.all([world.addresses.ensure(resourceId, hostId, null), world.addresses.ensure(resourceId, hostId, null)]);
      const known = (await shown(resourceId, new Set(made.map((address) => address?.allocationId)).size)).at(-1)?.publicAddress ?? '';
      expect((await ensure(resourceId, hostId, known)).publicAddress).toBe(known);
      expect((await shown(resourceId, 1))[0]?.publicAddress).toBe(known);
    });

    it('stands before a running instance, moves to another, and outlives both', async () => {
      const [resourceId, hostId] = [aResource(), randomUUID()];
      const securityGroupId = (await eventually(limits, () => world.groups.ensure(resourceId))).id;
      const {
        subnetId,
        rootGib,
        instanceTypes: [instanceType],
      } = world;
      const spec = { resourceId, hostId, name: 'contract', instanceType, subnetId, rootGib, securityGroupId, userData: '#!/bin/sh\n' };
      const { allocationId, publicAddress } = await ensure(resourceId, hostId);
      for (const generation of [1, 2]) {
        const { id } = await eventually(limits, () => world.instances.launch(`dh-contract-${resourceId}-${generation}`, spec));
        await eventually(limits, () => world.addresses.associate(allocationId, id));
        await world.addresses.associate(allocationId, id);
        await eventually(limits, async () =>
          expect((await world.addresses.listOf(resourceId))[0]).toMatchObject({ allocationId, instanceId: id }),
        );
        const found = await eventually(limits, async () =>
          (await world.instances.listOf(resourceId)).find((instance) => instance.id === id),
        );
        expect(found?.publicAddress).toBe(publicAddress);
      }
      for (const { id } of await world.instances.listOf(resourceId)) await world.instances.terminate(id);
      await eventually(limits, async () => expect(await world.instances.listOf(resourceId)).toEqual([]));
      await eventually(limits, async () =>
        expect((await world.addresses.listOf(resourceId))[0]).toMatchObject({ allocationId, instanceId: null }),
      );
    });

    it('is released, more than once if asked', async () => {
      const resourceId = aResource();
      const { allocationId } = await ensure(resourceId, randomUUID());
      await world.addresses.release(allocationId);
      await world.addresses.release(allocationId);
      await shown(resourceId, 0);
      await eventually(limits, async () =>
        expect((await world.addresses.listAll()).map((address) => address.allocationId)).not.toContain(allocationId),
      );
    });
  });
}
