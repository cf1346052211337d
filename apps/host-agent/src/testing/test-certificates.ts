import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  createAuthority,
  issueClientCertificate,
  readSigningRequest,
  signHostCertificate,
  type Authority,
} from '@dockhero/docker/cluster-authority';

export interface ClientPems {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A cluster's authority, and what it gives to hosts and clients. */
export class TestCertificates {
  private constructor(readonly authority: Authority) {}

  static async make(): Promise<TestCertificates> {
    return new TestCertificates(await createAuthority('dockhero-test-1'));
  }

  /** Puts key and certificate of a host into a folder as a host's first boot does. */
  async writeHost(dir: string): Promise<void> {
    const file = (name: string): string => path.join(dir, name);
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key.pem')]);
    execFileSync('openssl', ['req', '-new', '-key', file('key.pem'), '-subj', '/CN=host-1', '-out', file('host.csr')]);
    const request = await readSigningRequest(readFileSync(file('host.csr'), 'utf8'));
    const names = { commonName: 'host-1', dnsNames: ['host-1'], addresses: [] };
    writeFileSync(file('cert.pem'), await signHostCertificate(this.authority, request, names));
    writeFileSync(file('ca.pem'), this.authority.certificatePem);
  }

  async client(commonName: string): Promise<ClientPems> {
    const { certificatePem, keyPem } = await issueClientCertificate(this.authority, commonName, 3_600_000);
    return { cert: certificatePem, key: keyPem.reveal(), ca: this.authority.certificatePem };
  }
}
