import { HerokuIdentity, type OAuthTokens } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { CallGate } from './call-gate.js';
import type { FakeHeroku } from './fake-heroku.js';

/** id.heroku.com of a FakeHeroku. */
export class FakeHerokuIdentity extends HerokuIdentity {
  constructor(
    private readonly heroku: FakeHeroku,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async exchangeGrant(code: Secret): Promise<OAuthTokens> {
    return await this.gate.pass('identity.exchangeGrant', () => toTokens(this.heroku.issue(this.heroku.spendGrant(code.reveal()))));
  }

  override async refresh(refreshToken: Secret): Promise<OAuthTokens> {
    return await this.gate.pass('identity.refresh', () => toTokens(this.heroku.spendRefreshToken(refreshToken.reveal())));
  }
}

function toTokens({ access, refresh, expiresAt }: { access: string; refresh: string; expiresAt: number }): OAuthTokens {
  return { accessToken: new Secret(access), refreshToken: new Secret(refresh), expiresAt: new Date(expiresAt) };
}
