import type { DockerConnection, DockerEngine } from '@dockhero/domain/ports/docker-engine';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Limits } from './limits.js';

export interface EngineHost {
  readonly connection: DockerConnection;
  /** In the hosts' own network. */
  readonly privateAddress: string;
}

export interface EnginesUnderTest {
  readonly engine: DockerEngine;
  /** Three hosts of one cluster, running, in no Swarm. */
  readonly hosts: readonly [EngineHost, EngineHost, EngineHost];
  removeAll(): Promise<void>;
}

/** What every DockerEngine must keep. One story on three hosts: a Swarm is begun once, and joined. */
export function dockerEngineContract(name: string, make: () => Promise<EnginesUnderTest>, limits: Limits): void {
  describe(`${name} keeps the DockerEngine contract`, () => {
    let world: EnginesUnderTest;
    beforeAll(async () => {
      world = await make();
      for (const { connection } of world.hosts) await eventually(limits, () => world.engine.info(connection));
    }, limits.deadlineMs * 3);
    afterAll(() => world.removeAll());

    it('knows a fresh engine for one in no Swarm, and does not give it a manager’s token', async () => {
      const [{ connection }] = world.hosts;
      expect(await world.engine.info(connection)).toMatchObject({
        swarmState: 'inactive',
        swarmNodeId: null,
        swarmClusterId: null,
        isManager: false,
      });
      await expect(world.engine.managerJoinToken(connection)).rejects.toMatchObject({ code: 'docker_rejected' });
      await expect(world.engine.listNodes(connection)).rejects.toMatchObject({ code: 'docker_rejected' });
    });

    it('says that an address where nobody answers is unreachable, within its own time', async () => {
      const [{ connection }] = world.hosts;
      await expect(world.engine.info({ ...connection, address: '127.0.0.9' })).rejects.toMatchObject({ code: 'docker_unreachable' });
    });

    it('begins a Swarm once, however often it is asked', async () => {
      const [{ connection, privateAddress }] = world.hosts;
      await world.engine.initSwarm(connection, privateAddress);
      const { swarmClusterId } = await world.engine.info(connection);
      await world.engine.initSwarm(connection, privateAddress);
      expect(await world.engine.info(connection)).toMatchObject({ swarmState: 'active', isManager: true, swarmClusterId });
      expect(swarmClusterId).toBeTruthy();
    });

    it('keeps a host out whose token is not the Swarm’s', async () => {
      const [manager, second] = world.hosts;
      const join = { advertiseAddress: second.privateAddress, managerAddress: manager.privateAddress, token: new Secret('SWMTKN-1-wrong') };
      await expect(world.engine.joinSwarm(second.connection, join)).rejects.toMatchObject({ code: 'docker_rejected' });
    });

    it('joins the others as managers, more than once if asked, until all nodes are ready', async () => {
      const [manager, ...others] = world.hosts;
      const token = await world.engine.managerJoinToken(manager.connection);
      for (const { connection, privateAddress } of others) {
        const join = { advertiseAddress: privateAddress, managerAddress: manager.privateAddress, token };
        await world.engine.joinSwarm(connection, join);
        await world.engine.joinSwarm(connection, join);
      }
      const { swarmClusterId } = await world.engine.info(manager.connection);
      for (const { connection } of others)
        await eventually(limits, async () =>
          expect(await world.engine.info(connection)).toMatchObject({ swarmState: 'active', isManager: true, swarmClusterId }),
        );
      await eventually(limits, async () => {
        const nodes = await world.engine.listNodes(manager.connection);
        expect(nodes.map(({ ready }) => ready)).toEqual([true, true, true]);
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(3);
      });
    });
  });
}
