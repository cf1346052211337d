import type { BundleSwitch } from '@dockhero/contracts/client-api';
import { ClientCertificateStore } from '@dockhero/database/client-certificate-store';
import { Injectable } from '@nestjs/common';
import { effectiveBy } from './effective-by.js';
import { FindResource } from './find-resource.js';

/** Switches the long-lived bundle of the original's clients on or off for one resource. Off revokes what was handed out of it, too. */
@Injectable()
export class SwitchBundle {
  constructor(
    private readonly find: FindResource,
    private readonly certificates: ClientCertificateStore,
  ) {}

  async run(token: string, enabled: boolean): Promise<BundleSwitch> {
    const { resource } = await this.find.run(token);
    const { revoked, revokedAt } = await this.certificates.switchBundle(resource.id, enabled);
    return { enabled, revoked, effective_by: effectiveBy(revokedAt) };
  }
}
