import type { OAuthTokens } from '@dockhero/domain/ports/heroku-platform';
import type { ResourceId } from '@dockhero/domain/resource';
import { orUnavailable, type Database } from './client.js';
import type { Lease } from './lease.js';
import type { SecretBox } from './secret-box.js';

/** Heroku's OAuth tokens of each resource, sealed. */
export class AuthorizationStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async find(id: ResourceId): Promise<OAuthTokens | null> {
    const row = await orUnavailable(() => this.database.herokuAuthorization.findUnique({ where: { resourceId: id } }));
    if (!row) return null;
    return {
      accessToken: this.box.open(row.accessToken, `access-token:${id}`),
      refreshToken: this.box.open(row.refreshToken, `refresh-token:${id}`),
      expiresAt: row.expiresAt,
    };
  }

  /** Keeps the tokens and, in the same transaction, that the grant is spent and need not be kept. */
  async save(lease: Lease, tokens: OAuthTokens, grantExchangedAt: Date | null): Promise<void> {
    const resourceId = lease.resourceId;
    const sealed = {
      accessToken: this.box.seal(tokens.accessToken, `access-token:${resourceId}`),
      refreshToken: this.box.seal(tokens.refreshToken, `refresh-token:${resourceId}`),
      expiresAt: tokens.expiresAt,
    };
    await lease.fenced(async (transaction) => {
      await transaction.herokuAuthorization.upsert({ where: { resourceId }, create: { resourceId, ...sealed }, update: sealed });
      if (!grantExchangedAt) return;
      await transaction.cluster.update({ where: { resourceId }, data: { grantExchangedAt } });
      await transaction.resource.update({ where: { id: resourceId }, data: { grantCode: null, grantExpiresAt: null } });
    });
  }
}
