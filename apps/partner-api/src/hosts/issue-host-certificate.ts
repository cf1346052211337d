import { AuditLog } from '@dockhero/database/audit-log';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { EnrolmentStore } from '@dockhero/database/enrolment-store';
import type { Secret } from '@dockhero/domain/secret';
import { readSigningRequest, signHostCertificate } from '@dockhero/docker/cluster-authority';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';

/** Trades a host's bootstrap token for its certificate. The host's key never leaves the host. */
@Injectable()
export class IssueHostCertificate {
  constructor(
    private readonly enrolments: EnrolmentStore,
    private readonly authorities: ClusterAuthorityStore,
    private readonly audit: AuditLog,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws AppError `bootstrap_token_invalid`, `invalid_request`. */
  async run(hostId: string, token: Secret, signingRequestPem: string): Promise<string> {
    const host = await this.enrolments.authenticate(hostId, token, new Date());
    const request = await readSigningRequest(signingRequestPem);
    const certificate = await this.enrolments.enrol(host, request.publicKeyHash, async () => {
      const authority = await this.authorities.read(host.resourceId);
      const names = { commonName: hostId, dnsNames: [host.clusterName, hostId], addresses: host.address ? [host.address] : [] };
      return await signHostCertificate(authority, request, names);
    });
    await this.audit.write(host.resourceId, 'enrolment', 'A host has booted and has its certificate', {
      hostId,
      generation: host.generation,
    });
    this.doorbell.ring('provision', host.resourceId, { wake: true });
    return certificate;
  }
}
