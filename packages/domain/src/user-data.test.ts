import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hostUserData, type BootstrapParameters } from './user-data.js';

const parameters: BootstrapParameters = {
  hostApiUrl: 'https://dockhero.test',
  hostId: '019c0000-0000-7000-8000-000000000000',
  bootstrapToken: 'abc_DEF-123',
  agentApiUrl: null,
  caCertificatePem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
};

describe('hostUserData', () => {
  it('is the same for the same parameters: EC2 refuses a repeated launch that differs', () => {
    expect(hostUserData({ ...parameters })).toBe(hostUserData(parameters));
  });

  it('is a script that bash can read', () => {
    execFileSync('bash', ['-n'], { input: hostUserData(parameters), timeout: 5_000 });
  });

  it('asks only its own host’s address for a certificate, with its own token', () => {
    const script = hostUserData(parameters);
    expect(script).toContain(`'https://dockhero.test/hosts/${parameters.hostId}/certificate'`);
    expect(script).toContain(`Bearer ${parameters.bootstrapToken}'`);
  });

  it('fits EC2’s limit of 16 KB with a real certificate', () => {
    expect(Buffer.byteLength(hostUserData({ ...parameters, caCertificatePem: 'A'.repeat(2_000) }))).toBeLessThan(16_384);
  });

  it('opens the Docker API through the gate only, which wants a certificate that is not revoked', () => {
    const script = hostUserData(parameters);
    expect(script).not.toContain('tcp://');
    const bound = script.split('\n').filter((line) => line.includes(':2376'));
    expect(bound).toHaveLength(1);
    expect(bound[0]).toMatch(/ca-file \S+ crl-file \S+ verify required$/);
    // Nor does a host's own certificate open it, which is on no such list.
    const reject = /tcp-request session reject if \{ ssl_c_s_dn\(cn\) -m reg (\S+) \}/.exec(script)?.[1] ?? '';
    expect(parameters.hostId).toMatch(new RegExp(reject));
    for (const name of ['client of dockhero-curved-12345', 'dockhero control plane']) expect(name).not.toMatch(new RegExp(reject));
  });

  it('asks its own host’s address for the list of revoked certificates', () => {
    expect(hostUserData(parameters)).toContain(`'https://dockhero.test/hosts/${parameters.hostId}/revocations'`);
  });

  it('writes the cluster authority’s certificate as it is', () => {
    expect(hostUserData(parameters)).toContain(`\n${parameters.caCertificatePem.trim()}\nCA\n`);
  });
});
