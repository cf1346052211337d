import { hash, randomBytes } from 'node:crypto';
import type { FederationStatus, NewFederation } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { AppError } from '@dockhero/domain/errors';
import { Secret } from '@dockhero/domain/secret';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ApiSettings } from '../settings.js';

/**
 * Opens a resource's figures to a Prometheus by a URL of its own, which can do nothing else, unlike the capability URL. Only a hash of its token
 * is stored: it is said once.
 */
@Injectable()
export class SwitchFederation {
  constructor(
    private readonly find: FindResource,
    private readonly settings: AlertSettingsStore,
    private readonly audit: AuditLog,
    private readonly api: ApiSettings,
  ) {}

  async isOn(token: string): Promise<FederationStatus> {
    const { resource } = await this.find.run(token);
    return { enabled: (await this.settings.read(resource.id)).federation.isSet };
  }

  /** Makes a URL; the one before ends. @throws AppError `resource_gone`. */
  async on(token: string): Promise<NewFederation> {
    const made = new Secret(randomBytes(32).toString('base64url'));
    await this.#write(token, hashFederationToken(made.reveal()), 'A URL for Prometheus was made');
    return { url: this.api.federationUrl(made) };
  }

  /** @throws AppError `resource_gone`. */
  async off(token: string): Promise<FederationStatus> {
    await this.#write(token, null, 'The URL for Prometheus was revoked');
    return { enabled: false };
  }

  async #write(token: string, federationTokenHash: string | null, text: string): Promise<void> {
    const { resource } = await this.find.run(token);
    if (!(await this.settings.write(resource.id, { federationTokenHash }))) throw new AppError('resource_gone', { id: resource.id });
    await this.audit.write(resource.id, 'desired', text);
  }
}

export function hashFederationToken(token: string): string {
  return hash('sha256', token, 'hex');
}
