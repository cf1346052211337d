import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { issueClientCertificate } from '@dockhero/docker/cluster-authority';
import { Injectable } from '@nestjs/common';
import { pack } from 'tar-stream';
import { FindResource } from './find-resource.js';

/** The original's clients download once and never again, so their certificate must last. Ours asks for one of hours, see `IssueCertificate`. */
const lifetimeMs = 825 * 86_400_000;

/** Nobody says who downloads it. */
const label = 'long-lived bundle';

/** The bundle that the original's clients unpack: ca.pem, cert.pem, key.pem, flat, as a gzip tar. A new key for each download. */
@Injectable()
export class BundleCertificates {
  constructor(
    private readonly find: FindResource,
    private readonly authorities: ClusterAuthorityStore,
    private readonly certificates: ClientCertificateStore,
  ) {}

  /** @throws AppError `not_ready` before the cluster has its authority, `bundle_disabled`, `too_many_certificates`. */
  async run(token: string): Promise<Buffer> {
    const { resource } = await this.find.run(token);
    const authority = await this.authorities.read(resource.id);
    const client = await issueClientCertificate(authority, `client of ${resource.name}`, lifetimeMs);
    await this.certificates.record(resource.id, token, { serial: client.serial, kind: 'bundle', label, expiresAt: client.expiresAt });
    const archive = pack();
    archive.entry({ name: 'ca.pem', mode: 0o644 }, authority.certificatePem);
    archive.entry({ name: 'cert.pem', mode: 0o644 }, client.certificatePem);
    archive.entry({ name: 'key.pem', mode: 0o600 }, client.keyPem.reveal());
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    return await promisify(gzip)(Buffer.concat(chunks));
  }
}
