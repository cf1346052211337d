import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import { Injectable } from '@nestjs/common';

/** How this worker reaches the hosts of a cluster. */
@Injectable()
export class DockerConnections {
  readonly #credentials: ControlPlaneCredentials;

  constructor(authorities: ClusterAuthorityStore) {
    this.#credentials = new ControlPlaneCredentials((id) => authorities.read(id));
  }

  async to(pass: { readonly resource: { readonly id: string } }, address: string): Promise<DockerConnection> {
    return await this.#credentials.to(pass.resource.id, address);
  }
}
