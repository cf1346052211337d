import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionSteps, removeSteps } from '../packages/domain/src/steps.js';
import { System, eventually } from './system.js';

const app = 'crashes';

/**
 * Holds the worker exactly behind a step: the step's effect has happened, and the database makes the insert of its audit event wait.
 * That is where the process is killed.
 */
async function holdBehind(system: System, step: string): Promise<void> {
  await system.database.query(`
    CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
    DROP TRIGGER IF EXISTS hold ON audit_events;
    CREATE TRIGGER hold BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.text = '${step}: done') EXECUTE FUNCTION hold();`);
}

async function killWorkerBehind(system: System, step: string): Promise<void> {
  await eventually(`the worker to be held behind "${step}"`, async () => {
    const { rows } = await system.database.query(
      "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%audit_events%' AND pid <> pg_backend_pid()",
    );
    return rows.length > 0;
  });
  await system.app.stopApp('provisioner-worker', 'SIGKILL');
  await system.database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

/** Holds behind each step in turn, kills, starts a new worker, and goes on to the next. */
async function killBehindEach(system: System, steps: readonly string[], begin: () => Promise<unknown>): Promise<void> {
  const [first = ''] = steps;
  await holdBehind(system, first);
  await begin();
  for (const [index, step] of steps.entries()) {
    await killWorkerBehind(system, step);
    const next = steps[index + 1];
    if (next) await holdBehind(system, next);
    else await system.database.query('DROP TRIGGER IF EXISTS hold ON audit_events');
    await system.app.startApp('provisioner-worker');
  }
}

describe('a worker that is killed behind every step', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start(1, { LEASE_MS: '3000', QUEUE_LOCK_MS: '1500', SWEEP_UNSETTLED_MS: '1000', CLOUD_LAG_MS: '3000' });
    await system.heroku(['apps:create', app]);
  });

  afterAll(async () => {
    await system.stop();
  });

  it('of provisioning: the add-on is provisioned all the same, with one of everything', async () => {
    await killBehindEach(system, provisionSteps, () => system.heroku(['addons:create', 'dockhero:hobby', '-a', app]));
    await eventually('the add-on to be provisioned', async () => {
      const [addon] = (await system.control('GET', `/heroku/apps/${app}/addons`)) as { state: string }[];
      return addon?.state === 'provisioned';
    });
    await eventually('the resource to be settled', async () => {
      const { rows } = await system.database.query(
        'SELECT 1 FROM clusters JOIN resources ON id = resource_id WHERE observed_version = desired_version AND step IS NULL',
      );
      return rows.length === 1;
    });
    expect(await system.cloud()).toEqual({ instances: 1, addresses: 1, groups: 1, disks: 0 });
    expect(Object.keys(await system.configOf(app))).toHaveLength(4);
  });

  it('of deprovisioning: nothing is left', async () => {
    await killBehindEach(system, removeSteps.slice(0, -1), () =>
      system.heroku(['addons:destroy', 'dockhero', '-a', app, '--confirm', app]),
    );
    await eventually('the removal to be settled', async () => {
      const { rows } = await system.database.query('SELECT 1 FROM clusters WHERE removed_at IS NOT NULL');
      return rows.length === 1;
    });
    expect(await system.cloud()).toEqual({ instances: 0, addresses: 0, groups: 0, disks: 0 });
  });
});
