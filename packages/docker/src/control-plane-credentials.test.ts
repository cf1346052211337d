import { X509Certificate } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthority, type Authority } from './cluster-authority.js';
import { ControlPlaneCredentials } from './control-plane-credentials.js';

let authorities: Record<string, Authority>;
beforeAll(async () => {
  authorities = { r1: await createAuthority('dockhero-test-1'), r2: await createAuthority('dockhero-test-2') };
});
afterEach(() => {
  vi.useRealTimers();
});

function newCredentials(): { credentials: ControlPlaneCredentials; reads: string[] } {
  const reads: string[] = [];
  const credentials = new ControlPlaneCredentials(async (resourceId) => {
    reads.push(resourceId);
    const authority = authorities[resourceId];
    if (!authority) throw new AppError('not_ready');
    return authority;
  });
  return { credentials, reads };
}

describe('ControlPlaneCredentials', () => {
  it('gives a certificate of the cluster’s own authority, that lives an hour', async () => {
    const { credentials } = newCredentials();
    const connection = await credentials.to('r1', '198.51.100.7');
    const certificate = new X509Certificate(connection.clientCertificatePem);
    expect([connection.address, connection.caCertificatePem]).toEqual(['198.51.100.7', authorities['r1']?.certificatePem]);
    expect(certificate.checkIssued(new X509Certificate(connection.caCertificatePem))).toBe(true);
    expect(connection.clientKeyPem.reveal()).toContain('PRIVATE KEY');
    expect(Math.abs(certificate.validToDate.getTime() - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it('makes one certificate for all hosts of a cluster, also when they ask at once, and none for another cluster’s', async () => {
    const { credentials, reads } = newCredentials();
    const [one, two] = await Promise.all([credentials.to('r1', '10.0.0.1'), credentials.to('r1', '10.0.0.2')]);
    const other = await credentials.to('r2', '10.0.0.3');
    expect([one.address, two.address, other.address]).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(one.clientCertificatePem).toBe(two.clientCertificatePem);
    expect(other.clientCertificatePem).not.toBe(one.clientCertificatePem);
    expect(reads).toEqual(['r1', 'r2']);
  });

  it('uses a certificate for half of its life, so that none ends under a connection that is being made', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { credentials, reads } = newCredentials();
    const first = await credentials.to('r1', '10.0.0.1');
    vi.setSystemTime(Date.now() + 1_799_000);
    expect(await credentials.to('r1', '10.0.0.1')).toEqual(first);
    vi.setSystemTime(Date.now() + 2_000);
    expect((await credentials.to('r1', '10.0.0.1')).clientCertificatePem).not.toBe(first.clientCertificatePem);
    expect(reads).toHaveLength(2);
  });

  it('says that a cluster is not ready, and does not remember it', async () => {
    const { credentials, reads } = newCredentials();
    await expect(credentials.to('r3', '10.0.0.1')).rejects.toMatchObject({ code: 'not_ready' });
    authorities['r3'] = await createAuthority('dockhero-test-3');
    expect((await credentials.to('r3', '10.0.0.1')).caCertificatePem).toBe(authorities['r3'].certificatePem);
    expect(reads).toEqual(['r3', 'r3']);
  });
});
