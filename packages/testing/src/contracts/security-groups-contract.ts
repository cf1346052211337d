import { randomUUID } from 'node:crypto';
import type { InstanceSpec } from '@dockhero/domain/ports/instances';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InstancesUnderTest } from './instances-contract.js';
import { eventually, type Limits } from './limits.js';

/** What every SecurityGroups must keep. */
export function securityGroupsContract(name: string, make: () => Promise<InstancesUnderTest>, limits: Limits): void {
  describe(`${name} keeps the SecurityGroups contract`, () => {
    let world: InstancesUnderTest;
    const used: string[] = [];
    beforeAll(async () => {
      world = await make();
    });
    afterEach(async () => {
      for (const resourceId of used.splice(0))
        await eventually(limits, async () => expect(await world.groups.remove(resourceId)).toBe(true));
    }, limits.deadlineMs * 2);
    const aResource = () => {
      const id = randomUUID();
      used.push(id);
      return id;
    };
    const ensure = async (resourceId: string) => await eventually(limits, () => world.groups.ensure(resourceId));

    it('makes one group per resource, however often it is asked, also at once', async () => {
      const [one, other] = [aResource(), aResource()];
      const made = await Promise.all([ensure(one), ensure(one), ensure(one)]);
      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      expect((await ensure(other)).id).not.toBe(made[0]?.id);
      await eventually(limits, async () =>
        expect((await world.groups.listAll()).filter(({ resourceId }) => resourceId === one)).toEqual([made[0]]),
      );
    });

    it('removes the group, and succeeds when there is none', async () => {
      const resourceId = aResource();
      const { id } = await ensure(resourceId);
      await eventually(limits, async () => expect(await world.groups.remove(resourceId)).toBe(true));
      expect(await world.groups.remove(resourceId)).toBe(true);
      await eventually(limits, async () => expect((await world.groups.listAll()).map((group) => group.id)).not.toContain(id));
    });

    it('does not remove the group of an instance until that has ended', async () => {
      const resourceId = aResource();
      const securityGroupId = (await ensure(resourceId)).id;
      const {
        subnetId,
        rootGib,
        instanceTypes: [instanceType],
      } = world;
      const spec: InstanceSpec = {
        resourceId,
        hostId: randomUUID(),
        name: 'contract',
        instanceType,
        subnetId,
        rootGib,
        securityGroupId,
        userData: '#!/bin/sh\n',
      };
      const { id } = await eventually(limits, () => world.instances.launch(`dh-contract-${resourceId}`, spec));
      expect(await world.groups.remove(resourceId)).toBe(false);
      // Until it is listed, AWS may say that there is nothing to terminate.
      await eventually(limits, async () => expect((await world.instances.listOf(resourceId)).map((instance) => instance.id)).toEqual([id]));
      await world.instances.terminate(id);
      await eventually(limits, async () => expect(await world.groups.remove(resourceId)).toBe(true));
    });
  });
}
