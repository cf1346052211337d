import type { CertificateRotation } from '@dockhero/contracts/client-api';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { Injectable } from '@nestjs/common';
import { effectiveBy } from './effective-by.js';
import { FindResource } from './find-resource.js';

/** Revokes everything that was handed out. Whoever holds the capability URL can ask for new certificates at once. */
@Injectable()
export class RotateCertificates {
  constructor(
    private readonly find: FindResource,
    private readonly certificates: ClientCertificateStore,
  ) {}

  async run(token: string): Promise<CertificateRotation> {
    const { resource } = await this.find.run(token);
    const { revoked, revokedAt } = await this.certificates.revokeAll(resource.id);
    return { revoked, revoked_at: revokedAt.toISOString(), effective_by: effectiveBy(revokedAt) };
  }
}
