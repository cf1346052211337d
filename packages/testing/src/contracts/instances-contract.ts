import { randomUUID } from 'node:crypto';
import type { Instance, InstancePower, Instances, InstanceSpec } from '@dockhero/domain/ports/instances';
import type { SecurityGroups } from '@dockhero/domain/ports/security-groups';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Limits } from './limits.js';

export interface InstancesUnderTest {
  readonly instances: Instances;
  readonly power: InstancePower;
  readonly groups: SecurityGroups;
  readonly subnetId: string;
  /** Two types that a stopped instance can change between. */
  readonly instanceTypes: readonly [string, string];
  readonly rootGib: number;
}

/** What every Instances and InstancePower must keep. Makes real instances when given real ports, and ends them after each test. */
export function instancesContract(name: string, make: () => Promise<InstancesUnderTest>, limits: Limits): void {
  describe(`${name} keeps the Instances contract`, () => {
    let world: InstancesUnderTest;
    const used: string[] = [];
    beforeAll(async () => {
      world = await make();
    });
    afterEach(async () => {
      for (const resourceId of used.splice(0)) await removeAll(resourceId);
    }, limits.deadlineMs * 2);

    async function removeAll(resourceId: string): Promise<void> {
      await eventually(limits, async () => {
        for (const { id } of await world.instances.listOf(resourceId)) await world.instances.terminate(id);
        expect(await world.groups.remove(resourceId)).toBe(true);
      });
    }

    async function aSpec(patch: Partial<InstanceSpec> = {}): Promise<InstanceSpec> {
      const resourceId = randomUUID();
      used.push(resourceId);
      const securityGroupId = (await eventually(limits, () => world.groups.ensure(resourceId))).id;
      const {
        subnetId,
        rootGib,
        instanceTypes: [instanceType],
      } = world;
      return {
        resourceId,
        hostId: randomUUID(),
        name: 'contract',
        instanceType,
        subnetId,
        rootGib,
        securityGroupId,
        userData: '#!/bin/sh\ntrue\n',
        ...patch,
      };
    }
    const aToken = () => `dh-contract-${randomUUID()}`;
    const launch = async (token: string, spec: InstanceSpec) => await eventually(limits, () => world.instances.launch(token, spec));
    const inState = async (token: string, state: Instance['state']) =>
      await eventually(limits, async () => {
        const found = await world.instances.find(token);
        expect(found?.state).toBe(state);
        return found as Instance;
      });

    it('launches one instance when the same token is used twice, also at once, also with another spec', async () => {
      const [token, spec] = [aToken(), await aSpec()];
      const first = await launch(token, spec);
      const again = await Promise.all([
        launch(token, spec),
        launch(token, spec),
        launch(token, { ...spec, userData: '#!/bin/sh\nfalse\n' }),
      ]);
      expect(again.map(({ id }) => id)).toEqual([first.id, first.id, first.id]);
      await inState(token, 'running');
      expect(await world.instances.listOf(spec.resourceId)).toHaveLength(1);
    });

    it('shows a new instance by its token and by its resource, running after a while, with a private address', async () => {
      const [token, spec] = [aToken(), await aSpec()];
      const { id } = await launch(token, spec);
      const running = await inState(token, 'running');
      expect(running).toMatchObject({
        id,
        launchToken: token,
        resourceId: spec.resourceId,
        instanceType: spec.instanceType,
        zone: expect.stringMatching(/^[a-z-]+-\d[a-z]$/),
        privateAddress: expect.stringMatching(/^\d+(\.\d+){3}$/),
      });
      expect(Math.abs(running.launchedAt.getTime() - Date.now())).toBeLessThan(limits.deadlineMs + 60_000);
      expect((await world.instances.listOf(spec.resourceId)).map((instance) => instance.id)).toEqual([id]);
      expect((await world.instances.listAll()).map((instance) => instance.id)).toContain(id);
    });

    it('finds nothing for a token that launched nothing, and lists nothing for a resource without instances', async () => {
      expect(await world.instances.find(aToken())).toBeNull();
      expect(await world.instances.listOf(randomUUID())).toEqual([]);
    });

    it('terminates, more than once if asked, and no longer lists what has ended', async () => {
      const [token, spec] = [aToken(), await aSpec()];
      const { id } = await launch(token, spec);
      await inState(token, 'running');
      await world.instances.terminate(id);
      await world.instances.terminate(id);
      await eventually(limits, async () => expect(await world.instances.listOf(spec.resourceId)).toEqual([]));
      expect((await world.instances.find(token))?.state ?? 'terminated').toBe('terminated');
      await world.instances.terminate(id);
    });

    it('launches nothing new with the token of an instance that was terminated', async () => {
      const [token, spec] = [aToken(), await aSpec()];
      const { id } = await launch(token, spec);
      await eventually(limits, async () => expect(await world.instances.find(token)).not.toBeNull());
      await world.instances.terminate(id);
      expect((await launch(token, spec)).id).toBe(id);
    });

    it('terminates what does not exist', async () => {
      await expect(world.instances.terminate('i-0123456789abcdef0')).resolves.toBeUndefined();
    });

    it('stops, changes the type, and starts again as the same instance, each step more than once if asked', async () => {
      const [token, spec] = [aToken(), await aSpec()];
      const { id } = await launch(token, spec);
      const before = await inState(token, 'running');
      await expect(world.power.changeType(id, world.instanceTypes[1])).rejects.toMatchObject({ code: 'aws_lagging' });
      await world.power.stop(id);
      await world.power.stop(id);
      await inState(token, 'stopped');
      await world.power.changeType(id, world.instanceTypes[1]);
      await world.power.start(id);
      await world.power.start(id);
      const after = await inState(token, 'running');
      expect(after).toMatchObject({ id, instanceType: world.instanceTypes[1], privateAddress: before.privateAddress });
      expect(after.launchedAt.getTime()).toBeGreaterThanOrEqual(before.launchedAt.getTime());
    });
  });
}
