import type { ClientConfig } from '@dockhero/contracts/client-api';
import { edgeUrls } from '@dockhero/domain/client-config';
import { Secret } from '@dockhero/domain/secret';
import { Injectable } from '@nestjs/common';
import { ApiSettings } from '../settings.js';
import { FindResource } from './find-resource.js';
import { dockerHost, usableAddress } from './usable-address.js';

/** How to reach the cluster's Docker API. */
@Injectable()
export class ReadClientConfig {
  constructor(
    private readonly find: FindResource,
    private readonly settings: ApiSettings,
  ) {}

  /** @throws AppError `not_ready` until the cluster is usable. */
  async run(token: string): Promise<ClientConfig> {
    const { resource, facts } = await this.find.run(token);
    const address = usableAddress(resource.id, facts);
    const edge = edgeUrls(resource.name, this.settings.edgeDomain);
    return {
      name: resource.name,
      docker_host: dockerHost(address),
      certs: `${this.settings.configUrl(new Secret(token))}/certs`,
      ip: address,
      // The original's clients before 1.1.0 used SSH. Our hosts run none; the field stays so that those clients parse the answer.
      ssh_user: 'dockhero',
      flexible_ssl_url: edge.flexibleSsl,
      full_ssl_url: edge.fullSsl,
    };
  }
}
