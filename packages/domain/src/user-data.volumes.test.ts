import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hostUserData, type BootstrapParameters } from './user-data.js';

const hostId = '019c0000-0000-7000-8000-000000000000';
const parameters: BootstrapParameters = {
  hostApiUrl: 'https://dockhero.test',
  hostId,
  bootstrapToken: 'abc_DEF-123',
  caCertificatePem: 'A'.repeat(2_000),
  agentApiUrl: 'https://agents.dockhero.test:7443',
};
const script = hostUserData(parameters);
const unit = (name: string, from = script): string => new RegExp(`/${name} <<'UNIT'\n([\\s\\S]*?)\nUNIT\n`).exec(from)?.[1] ?? '';

it('is a script that bash can read, within EC2’s limit of 16 KB', () => {
  execFileSync('bash', ['-n'], { input: script, timeout: 5_000 });
  expect(Buffer.byteLength(script)).toBeLessThan(16_384);
});

it('tells the agent where the control plane listens, and who it is', () => {
  expect(unit('dockhero-agent.service')).toContain(
    `\nEnvironment=DOCKHERO_CONTROL_URL=https://agents.dockhero.test:7443 DOCKHERO_HOST_ID=${hostId}\n`,
  );
});

it('opens the plugin’s socket before dockerd starts, but only where an agent is that can answer', () => {
  const socket = unit('dockhero-volumes.socket');
  expect(socket).toContain('\nBefore=docker.service\n');
  expect(socket).toContain('\nListenStream=/run/docker/plugins/dockhero.sock\n');
  expect(socket).toContain('\nConditionPathExists=/usr/local/lib/dockhero/agent/current.mjs\n');
  expect(script).toContain('{ systemctl --no-block stop dockhero-volumes.socket; sleep 8; exit 1; }');
  expect(script).toContain('\nsystemctl enable --quiet dockhero-volumes.socket\n');
});

it('at the first boot Docker does not wait for the agent; from the next one on it stops before it', () => {
  expect(unit('dockhero-agent.service')).not.toMatch(/docker\.service|Before=/);
  const [atFirstBoot = '', later = ''] = script.split('systemctl restart --no-block dockhero-agent.service\n');
  expect(atFirstBoot).not.toContain('order.conf');
  expect(later).toContain("printf '[Unit]\\nBefore=docker.service\\n' > /etc/systemd/system/dockhero-agent.service.d/order.conf");
});

it('an agent that dies leaves nothing frozen until the next one starts', () => {
  expect(unit('dockhero-agent.service')).toContain(`ExecStopPost=-/bin/sh -c 'for mount in /mnt/dockhero/*; do fsfreeze -u "$$mount"`);
});

it('a control plane without a listener for agents leaves all of it out', () => {
  const without = hostUserData({ ...parameters, agentApiUrl: null });
  expect(without).not.toMatch(/dockhero-volumes|DOCKHERO_CONTROL_URL|order\.conf|fsfreeze/);
});
