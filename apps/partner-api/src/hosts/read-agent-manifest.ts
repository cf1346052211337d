import { agentManifestHeader } from '@dockhero/contracts/agent-api';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { RevocationStore } from '@dockhero/database/revocation-store';
import { signText } from '@dockhero/docker/sign-text';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { AgentRelease } from './agent-release.js';
import { matchesEntityTag } from './entity-tag.js';

export interface AgentManifest {
  /** Weak: the same manifest signed twice differs in its bytes. */
  readonly etag: string;
  /** Null when the caller has this release. */
  readonly text: string | null;
}

/**
 * Which agent a host should run. Signed by the host's own authority, the one thing that a host trusts: user-data cannot name a digest,
 * for EC2 refuses a repeated launch whose user-data differs. Needs no credential, as with the list of revoked certificates.
 */
@Injectable()
export class ReadAgentManifest {
  constructor(
    private readonly release: AgentRelease,
    private readonly revocations: RevocationStore,
    private readonly authorities: ClusterAuthorityStore,
  ) {}

  /**
   * @param known the `If-None-Match` header.
   * @throws AppError `resource_not_found` for an unknown host, for a removed resource, and in a release without an agent.
   */
  async run(hostId: string, known: string | undefined): Promise<AgentManifest> {
    const { bundle } = this.release;
    const current = bundle && (await this.revocations.versionFor(hostId));
    if (!current) throw new AppError('resource_not_found', { hostId });
    const { version, sha256 } = bundle;
    const etag = `W/"${sha256}"`;
    if (matchesEntityTag(known, etag)) return { etag, text: null };
    const text = `${agentManifestHeader}\nversion ${version}\nsha256 ${sha256}\n`;
    return { etag, text: `${text}signature ${signText(await this.authorities.read(current.resourceId), text)}\n` };
  }
}
