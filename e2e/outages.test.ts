import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { System, eventually } from './system.js';

interface Addon {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

const nothing = { instances: 0, addresses: 0, groups: 0, disks: 0 };
const oneHost = { instances: 1, addresses: 1, groups: 1, disks: 0 };

describe('provisioning goes on through', () => {
  let system: System;
  let count = 0;

  beforeAll(async () => {
    system = await System.start(2, { SWEEP_UNSETTLED_MS: '2000', BOOT_DEADLINE_MS: '15000', CLOUD_LAG_MS: '3000' });
  });

  afterEach(async () => {
    await system.control('DELETE', '/aws/faults');
    await system.control('DELETE', '/heroku/faults');
    await system.control('DELETE', '/heroku/switches');
    for (const { id, app } of await addons(system))
      if (id) await system.heroku(['addons:destroy', 'dockhero', '-a', app, '--confirm', app], { allowFailure: true });
    await eventually('an empty cloud', async () => same(await system.cloud(), nothing), 90_000);
  });

  afterAll(async () => {
    await system.stop();
  });

  async function create(): Promise<string> {
    count += 1;
    const app = `outage-${count}`;
    await system.heroku(['apps:create', app]);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', app]);
    return app;
  }

  async function provisioned(app: string, deadlineMs = 120_000): Promise<void> {
    await eventually(`${app} to be provisioned`, async () => (await addonOf(system, app))?.state === 'provisioned', deadlineMs);
    expect(await system.cloud()).toEqual(oneHost);
  }

  it('a Redis that is away from the first ring on', async () => {
    await system.app.redis.stop();
    const app = await create();
    expect(await system.resourceIds()).toHaveLength(count);
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // the outage itself
    await system.app.redis.start();
    await provisioned(app);
  });

  it('a Postgres that restarts midway', async () => {
    const app = await create();
    await eventually('the launch to begin', async () => (await system.cloud()).groups === 1);
    await system.app.postgres.restart();
    await provisioned(app);
  });

  it('an EC2 that throttles, loses answers and has no room in the first subnet', async () => {
    await system.control('POST', '/aws/faults', {
      action: 'DescribeInstances',
      effect: { type: 'error', code: 'RequestLimitExceeded', status: 503 },
      times: 6,
    });
    await system.control('POST', '/aws/faults', {
      action: 'RunInstances',
      effect: { type: 'error', code: 'InsufficientInstanceCapacity', status: 500 },
      times: 1,
    });
    await system.control('POST', '/aws/faults', { action: 'RunInstances', effect: { type: 'cut', when: 'after' }, times: 1 });
    await system.control('POST', '/aws/faults', { action: 'AllocateAddress', effect: { type: 'cut', when: 'after' }, times: 1 });
    await system.control('POST', '/aws/faults', { action: 'CreateSecurityGroup', effect: { type: 'cut', when: 'after' }, times: 1 });
    await provisioned(await create());
  });

  it('an instance that never boots: it is replaced by one that does', async () => {
    await system.control('POST', '/aws/never-boots', { launches: 1 });
    const app = await create();
    await provisioned(app);
    const { rows } = await system.database.query<{ generation: number }>('SELECT generation FROM hosts');
    expect(rows).toEqual([{ generation: 2 }]);
  });

  it('a Heroku that answers 500 and forgets that it was told', async () => {
    await system.control('POST', '/heroku/faults', { route: '/addons/:addon/config', fault: 500, times: 2 });
    await system.control('POST', '/heroku/faults', { route: '/addons/:addon/actions/provision', fault: 'reset', when: 'after', times: 1 });
    await provisioned(await create());
  });

  it('a Heroku that sends every request three times at once', async () => {
    await system.control('PATCH', '/heroku/switches', { repeatRequests: { times: 3, concurrently: true } });
    await provisioned(await create());
  });

  it('removal while the host boots', async () => {
    // One that never comes up: else it could be there before the removal is.
    await system.control('POST', '/aws/never-boots', { launches: 1 });
    const app = await create();
    await eventually('an instance', async () => (await system.cloud()).instances === 1);
    await system.heroku(['addons:destroy', 'dockhero', '-a', app, '--confirm', app]);
    await eventually('an empty cloud', async () => same(await system.cloud(), nothing));
    expect((await addonOf(system, app))?.state).not.toBe('provisioned');
  });
});

describe('provisioning that cannot succeed', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start(3, { SWEEP_UNSETTLED_MS: '2000', BOOT_DEADLINE_MS: '4000', CLOUD_LAG_MS: '2000' });
  });

  afterAll(async () => {
    await system.stop();
  });

  it('hosts that never boot: Heroku is told, the customer is not charged, nothing is left', async () => {
    await system.control('POST', '/aws/never-boots', { launches: 10 });
    await system.heroku(['apps:create', 'hopeless']);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', 'hopeless']);
    await eventually('Heroku to be told', async () => (await addonOf(system, 'hopeless'))?.state !== 'provisioning', 120_000);
    await eventually('an empty cloud', async () => same(await system.cloud(), nothing), 60_000);
    const code = await eventually('the removal to be settled', async () => {
      const { rows } = await system.database.query<{ attention_code: string }>(
        'SELECT attention_code FROM clusters WHERE gave_up_at IS NOT NULL AND removed_at IS NOT NULL',
      );
      return rows[0]?.attention_code;
    });
    expect(code).toBe('host_boot_failed');
  });

  it('an expired grant: it needs attention, says so to the customer, and has launched nothing', async () => {
    await system.control('PATCH', '/heroku/switches', { grant: 'expired' });
    await system.heroku(['apps:create', 'expired']);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', 'expired']);
    const reason = await eventually('attention', async () => {
      const { rows } = await system.database.query<{ attention_message: string }>(
        "SELECT attention_message FROM clusters WHERE attention_code = 'grant_expired'",
      );
      return rows[0]?.attention_message;
    });
    expect(reason).toContain('expired');
    expect(await system.cloud()).toEqual(nothing);
  });
});

async function addonOf(system: System, app: string): Promise<Addon | undefined> {
  return ((await system.control('GET', `/heroku/apps/${app}/addons`)) as Addon[])[0];
}

async function addons(system: System): Promise<{ id: string; app: string }[]> {
  const answer = (await system.control('GET', '/heroku/apps')) as { name: string }[] | { apps: { name: string }[] };
  const apps = Array.isArray(answer) ? answer : answer.apps;
  const found = await Promise.all(apps.map(async ({ name }) => ({ app: name, addon: await addonOf(system, name) })));
  return found.flatMap(({ app, addon }) => (addon && ['provisioning', 'provisioned'].includes(addon.state) ? [{ id: addon.id, app }] : []));
}

function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
