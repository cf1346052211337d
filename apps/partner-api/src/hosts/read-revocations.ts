import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { RevocationStore } from '@dockhero/database/revocation-store';
import { signRevocationList } from '@dockhero/docker/revocation-list';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';
import { matchesEntityTag } from './entity-tag.js';

export interface RevocationList {
  /** Weak: the same entries signed twice differ in their bytes. */
  readonly etag: string;
  /** PEM; null when the caller has this version. */
  readonly pem: string | null;
}

/**
 * What a host must refuse. Ten thousand hosts ask every 20 s and nearly always hear "not modified": that is one indexed query, without
 * opening the authority's key. Needs no credential: a revocation list is public, and ids of hosts cannot be guessed.
 */
@Injectable()
export class ReadRevocations {
  constructor(
    private readonly revocations: RevocationStore,
    private readonly authorities: ClusterAuthorityStore,
  ) {}

  /** @param known the `If-None-Match` header. @throws AppError `resource_not_found` for an unknown host and for a removed resource. */
  async run(hostId: string, known: string | undefined): Promise<RevocationList> {
    const current = await this.revocations.versionFor(hostId);
    if (!current) throw new AppError('resource_not_found', { hostId });
    const etag = etagOf(current.version);
    if (matchesEntityTag(known, etag)) return { etag, pem: null };
    const authority = await this.authorities.read(current.resourceId);
    // Read again: more may have been revoked since, and number and entries must be of one moment.
    const { version, serials } = await this.revocations.revoked(current.resourceId);
    return { etag: etagOf(version), pem: await signRevocationList(authority, version, serials) };
  }
}

function etagOf(version: number): string {
  return `W/"${version}"`;
}
