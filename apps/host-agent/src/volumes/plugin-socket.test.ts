import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { VolumeRig } from '../testing/volume-rig.js';

it('on a socket that systemd has opened, the first question waits for the agent to start', async () => {
  const rig = await VolumeRig.start();
  try {
    mkdirSync(path.dirname(rig.socket), { recursive: true });
    const passed = rig.agent.variables.flatMap((name) => ['--setenv', name]);
    const started = rig.agent.start({}, ['systemd-socket-activate', '--listen', rig.socket, ...passed]);
    await expect.poll(() => existsSync(rig.socket), { timeout: 10_000 }).toBe(true);
    expect((await rig.plugin('List', {})).body).toEqual({ Volumes: [], Err: '' });
    await started;
    rig.plane.add('web');
    expect((await rig.plugin('Get', { Name: 'web' })).status).toBe(200);
  } finally {
    await rig.stop();
  }
});
