import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrapped } from '../apps/heroku-plugin/src/testing/unwrapped.js';
import { System, eventually } from './system.js';

const lifetimeMs = 15_000;

describe('a customer with the plugin, in trouble', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start(7, { CERTIFICATE_LIFETIME_MS: String(lifetimeMs), SWEEP_UNSETTLED_MS: '2000' });
    await system.linkPlugin();
  });

  afterAll(async () => {
    await system.stop();
  });

  it('a certificate that has expired is refused by the host, and replaced unseen by the next command', async () => {
    await system.heroku(['apps:create', 'expiring']);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', 'expiring']);
    await system.heroku(['dh:wait', '-a', 'expiring']);
    const { stdout } = await system.heroku(['dh:env', '-a', 'expiring']);
    const issuedAt = Date.now();
    const old = Object.fromEntries([...stdout.matchAll(/^export (\w+)=["'](.*)["']$/gm)].map(([, name, value]) => [name, value]));
    expect(await plainDocker(old)).toEqual({ code: 0, stderr: '' });
    await sleep(Math.max(0, issuedAt + lifetimeMs + 1_000 - Date.now()));
    const refused = await plainDocker(old);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/expired certificate/);
    expect((await system.heroku(['dh:docker', '-a', 'expiring', 'version', '--format', '{{.Server.Version}}'])).stdout).toMatch(/^\d+\./);
  });

  it('while our API is away: says that, with the host’s name and no secret', async () => {
    const token = new URL((await system.configOf('expiring'))['DOCKHERO_CONFIG_URL'] ?? '').pathname.slice(3);
    await system.app.stopApp('partner-api');
    await sleep(lifetimeMs);
    const { code, stderr } = await system.heroku(['dh:docker', '-a', 'expiring', 'ps'], { allowFailure: true });
    expect(code).toBe(1);
    expect(stderr).toContain('refused the connection');
    expect(stderr).not.toContain(token);
    await system.app.startApp('partner-api');
    expect((await system.heroku(['dh:docker', '-a', 'expiring', 'ps'])).code).toBe(0);
  });

  it('provisioning that has failed: every command gives the reason and says what to do', async () => {
    await system.control('POST', '/aws/faults', {
      action: 'RunInstances',
      effect: { type: 'error', code: 'VcpuLimitExceeded', status: 400 },
      times: 1000,
    });
    await system.heroku(['apps:create', 'failing']);
    await system.heroku(['addons:create', 'dockhero:hobby', '-a', 'failing']);
    const url = (await eventually('its URL', async () => (await system.configOf('failing'))['DOCKHERO_CONFIG_URL'])) ?? '';
    await eventually('the failure', async () => ((await (await fetch(`${url}/status`)).json()) as { status: string }).status === 'failed');
    for (const command of ['dh:wait', 'dh:docker']) {
      const { code, stderr } = await system.heroku([command, '-a', 'failing', ...(command === 'dh:docker' ? ['ps'] : [])], {
        allowFailure: true,
      });
      expect(code).toBe(1);
      expect(unwrapped(stderr)).toMatch(/provisioning failed\. \S.*addons:destroy/);
    }
  });
});

/** Docker without us. */
async function plainDocker(variables: Record<string, string | undefined>): Promise<{ code: number | null; stderr: string }> {
  const child = spawn('docker', ['ps', '-q'], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return await new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}
