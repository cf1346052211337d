import type { CertificateList } from '@dockhero/contracts/client-api';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { Injectable } from '@nestjs/common';
import { FindResource } from './find-resource.js';

/** What was handed out and has not ended, newest first. */
@Injectable()
export class ListCertificates {
  constructor(
    private readonly find: FindResource,
    private readonly certificates: ClientCertificateStore,
  ) {}

  async run(token: string): Promise<CertificateList> {
    const { resource } = await this.find.run(token);
    const { certificates, bundleEnabled } = await this.certificates.list(resource.id);
    return {
      certificates: certificates.map(({ serial, kind, label, issuedAt, expiresAt, revokedAt }) => ({
        serial,
        kind,
        label,
        issued_at: issuedAt.toISOString(),
        expires_at: expiresAt.toISOString(),
        revoked_at: revokedAt?.toISOString() ?? null,
      })),
      bundle_enabled: bundleEnabled,
    };
  }
}
