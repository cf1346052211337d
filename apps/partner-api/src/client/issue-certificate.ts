import type { CertificateRequest, IssuedCertificate } from '@dockhero/contracts/client-api';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { readSigningRequest, signClientCertificate } from '@dockhero/docker/cluster-authority';
import { Injectable } from '@nestjs/common';
import { ApiSettings } from '../settings.js';
import { FindResource } from './find-resource.js';
import { dockerHost, usableAddress } from './usable-address.js';

/** A client certificate for one person on one machine, over a key that never leaves it. Recorded before it is handed out. */
@Injectable()
export class IssueCertificate {
  constructor(
    private readonly find: FindResource,
    private readonly authorities: ClusterAuthorityStore,
    private readonly certificates: ClientCertificateStore,
    private readonly settings: ApiSettings,
  ) {}

  /** @throws AppError `not_ready`, `invalid_request` for a bad request or a weak key, `too_many_certificates`. */
  async run(token: string, { csr, label }: CertificateRequest): Promise<IssuedCertificate> {
    const { resource, facts } = await this.find.run(token);
    const address = usableAddress(resource.id, facts);
    const request = await readSigningRequest(csr);
    const authority = await this.authorities.read(resource.id);
    const issued = await signClientCertificate(authority, request, `client of ${resource.name}`, this.settings.certificateLifetimeMs);
    const { serial, certificatePem, expiresAt } = issued;
    const issuedAt = await this.certificates.record(resource.id, token, { serial, kind: 'person', label, expiresAt });
    return {
      serial,
      label,
      certificate: certificatePem,
      ca: authority.certificatePem,
      name: resource.name,
      docker_host: dockerHost(address),
      issued_at: issuedAt.toISOString(),
      expires_at: expiresAt.toISOString(),
    };
  }
}
