import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerClient, dockerVariables } from './original-client.mjs';
import { System, eventually } from './system.js';

const app = 'three';

describe('a plan of three hosts', () => {
  let system: System;
  let docker: (args: string[]) => Promise<string>;

  beforeAll(async () => {
    system = await System.start(4, { CLOUD_LAG_MS: '2000', SWEEP_ALL_MS: '3000' });
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:business', '-a', app]);
    await system.heroku(['addons:wait', '-a', app, '--wait-interval', '1']);
    const config = await system.configOf(app);
    const variables = (await dockerVariables(config['DOCKHERO_CONFIG_URL'] ?? '', join(system.folder, 'machines'))) as Record<
      string,
      string
    >;
    docker = dockerClient(variables, system.folder) as (args: string[]) => Promise<string>;
  });

  afterAll(async () => {
    await system.stop();
  });

  async function nodes(): Promise<string[]> {
    return (await docker(['node', 'ls', '--format', '{{.Status}} {{.ManagerStatus}}'])).split('\n').toSorted();
  }

  async function nodeIds(): Promise<string[]> {
    return (await docker(['node', 'ls', '--format', '{{.ID}}'])).split('\n');
  }

  it('is one Swarm of three managers, each with an address of its own', async () => {
    // Managers hear of each other's being there a moment after they are ready.
    await eventually('three managers', async () => (await nodes()).join() === 'Ready Leader,Ready Reachable,Ready Reachable');
    expect(await system.cloud()).toEqual({ instances: 3, addresses: 3, groups: 1, disks: 0 });
  });

  it('loses a host to AWS and gets another, without a dead manager that would count against the quorum', async () => {
    const { rows } = await system.database.query<{ index: number; id: string }>('SELECT id, index FROM hosts ORDER BY index');
    const { instances } = (await system.control('GET', '/aws/instances')) as {
      instances: { id: string; state?: string; tags?: unknown }[];
    };
    const victim = instances.find((instance) => JSON.stringify(instance).includes(rows[2]?.id ?? '-'));
    const before = await nodeIds();
    await system.control('POST', `/aws/instances/${victim?.id}/kill`, { becomes: 'terminated' });
    await eventually(
      'three ready managers again, one of them new and the lost one gone',
      async () => {
        const isReady = (await nodes()).join() === 'Ready Leader,Ready Reachable,Ready Reachable';
        return isReady && (await nodeIds()).filter((id) => !before.includes(id)).length === 1;
      },
      120_000,
    );
    const { rows: hosts } = await system.database.query('SELECT generation FROM hosts ORDER BY index');
    expect(hosts).toEqual([{ generation: 1 }, { generation: 1 }, { generation: 2 }]);
  });
});
