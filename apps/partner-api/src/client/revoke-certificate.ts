import type { RevokedCertificate } from '@dockhero/contracts/client-api';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { effectiveBy } from './effective-by.js';
import { FindResource } from './find-resource.js';

/** Revokes one certificate, whoever holds it. Repeating it answers the same. */
@Injectable()
export class RevokeCertificate {
  constructor(
    private readonly find: FindResource,
    private readonly certificates: ClientCertificateStore,
  ) {}

  /** @param serial as listed; OpenSSL's upper case is understood. @throws AppError `certificate_not_found`. */
  async run(token: string, serial: string): Promise<RevokedCertificate> {
    const { resource } = await this.find.run(token);
    if (!/^[0-9a-f]{1,40}$/i.test(serial)) throw new AppError('certificate_not_found', { id: resource.id });
    const known = serial.toLowerCase();
    const revokedAt = await this.certificates.revoke(resource.id, known);
    return { serial: known, revoked_at: revokedAt.toISOString(), effective_by: effectiveBy(revokedAt) };
  }
}
