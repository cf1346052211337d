import { randomUUID } from 'node:crypto';
import type { HerokuIdentity, HerokuPlatform } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { beforeAll, describe, expect, it } from 'vitest';

export interface HerokuUnderTest {
  readonly platform: HerokuPlatform;
  readonly identity: HerokuIdentity;
  /** In the form of an access token, but nobody's. */
  readonly strangeToken: Secret;
  /** A new add-on that is being provisioned, and the grant of its provision request. */
  sell(): Promise<{ id: string; grantCode: Secret }>;
  /** Attaches the add-on to another app. @returns the app's name. */
  attach(id: string): Promise<string>;
  /** Gives somebody access to the app that the add-on was created on. */
  collaborate(id: string, email: string): Promise<void>;
  /** The customer's view of the add-on's config vars. */
  configOf(id: string): Promise<Readonly<Record<string, string>>>;
}

/** What every HerokuPlatform and HerokuIdentity must keep. */
export function herokuContract(name: string, make: () => Promise<HerokuUnderTest>): void {
  describe(`${name} keeps the Heroku contract`, () => {
    let heroku: HerokuUnderTest;
    beforeAll(async () => {
      heroku = await make();
    });
    async function anAddon(): Promise<{ id: string; token: Secret; refreshToken: Secret }> {
      const { id, grantCode } = await heroku.sell();
      const { accessToken, refreshToken } = await heroku.identity.exchangeGrant(grantCode);
      return { id, token: accessToken, refreshToken };
    }

    it('exchanges a grant once, for tokens that live on', async () => {
      const { grantCode } = await heroku.sell();
      const { expiresAt } = await heroku.identity.exchangeGrant(grantCode);
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      await expect(heroku.identity.exchangeGrant(grantCode)).rejects.toMatchObject({ code: 'grant_expired' });
    });

    it('refuses a code and a refresh token that were never given out', async () => {
      await expect(heroku.identity.exchangeGrant(new Secret(randomUUID()))).rejects.toMatchObject({ code: 'grant_expired' });
      await expect(heroku.identity.refresh(new Secret(randomUUID()))).rejects.toMatchObject({ code: 'grant_expired' });
    });

    it('refreshes tokens, again and again', async () => {
      const { id, refreshToken } = await anAddon();
      const first = await heroku.identity.refresh(refreshToken);
      const second = await heroku.identity.refresh(first.refreshToken);
      expect(await heroku.platform.addonState(second.accessToken, id)).toBe('provisioning');
    });

    it('knows a token for its own add-on only', async () => {
      const [one, other] = [await anAddon(), await anAddon()];
      expect(await heroku.platform.addonState(one.token, one.id)).toBe('provisioning');
      await expect(heroku.platform.addonState(one.token, other.id)).rejects.toMatchObject({
        code: expect.stringMatching(/^heroku_(forbidden|addon_gone)$/),
      });
      await expect(heroku.platform.addonState(heroku.strangeToken, one.id)).rejects.toMatchObject({ code: 'heroku_forbidden' });
    });

    it('sets the config vars that are named and leaves the others', async () => {
      const { id, token } = await anAddon();
      await heroku.platform.setConfig(token, id, { DOCKHERO_CONFIG_URL: 'https://one.test' });
      await heroku.platform.setConfig(token, id, { DOCKHERO_HOST: '198.51.100.7' });
      await heroku.platform.setConfig(token, id, { DOCKHERO_HOST: '198.51.100.8' });
      expect(await heroku.configOf(id)).toMatchObject({ DOCKHERO_CONFIG_URL: 'https://one.test', DOCKHERO_HOST: '198.51.100.8' });
    });

    it('is told that an add-on is provisioned', async () => {
      const { id, token } = await anAddon();
      await heroku.platform.markProvisioned(token, id);
      expect(await heroku.platform.addonState(token, id)).toBe('provisioned');
    });

    it('says of each attachment where its app takes log lines, and which app owns the add-on', async () => {
      const { id, token } = await anAddon();
      const [owner] = await heroku.platform.logInputs(token, id);
      const other = await heroku.attach(id);
      const inputs = (await heroku.platform.logInputs(token, id)).toSorted((a, b) => Number(b.isOwner) - Number(a.isOwner));
      expect(inputs.map(({ appName, isOwner }) => ({ appName, isOwner }))).toEqual([
        { appName: owner?.appName, isOwner: true },
        { appName: other, isOwner: false },
      ]);
      expect(new Set(inputs.map(({ attachmentId }) => attachmentId)).size).toBe(2);
      const urls = inputs.map(({ url }) => new URL(url?.reveal() ?? ''));
      expect(urls.map(({ username }) => username)).toEqual(['token', 'token']);
      expect(new Set(urls.map(({ password }) => password)).size).toBe(2);
      expect(inputs[0]?.url?.reveal()).toBe(owner?.url?.reveal());
    });

    it('says who has the app: its owner, and who else was given access', async () => {
      const { id, token } = await anAddon();
      const [owner, ...none] = await heroku.platform.contacts(token, id);
      expect([owner?.role, none]).toEqual(['owner', []]);
      await heroku.collaborate(id, 'colleague@example.test');
      const contacts = (await heroku.platform.contacts(token, id)).toSorted((a, b) => b.role.localeCompare(a.role));
      expect(contacts).toEqual([owner, { email: 'colleague@example.test', role: 'collaborator' }]);
      await expect(heroku.platform.contacts(heroku.strangeToken, id)).rejects.toMatchObject({ code: 'heroku_forbidden' });
    });

    it('tells log inputs to nobody else', async () => {
      const [one, other] = [await anAddon(), await anAddon()];
      await expect(heroku.platform.logInputs(one.token, other.id)).rejects.toMatchObject({
        code: expect.stringMatching(/^heroku_(forbidden|addon_gone)$/),
      });
      await expect(heroku.platform.logInputs(heroku.strangeToken, one.id)).rejects.toMatchObject({ code: 'heroku_forbidden' });
    });

    it('takes the add-on off when it is told that provisioning failed, and its token ends', async () => {
      const { id, token } = await anAddon();
      await heroku.platform.markDeprovisioned(token, id);
      const state = await heroku.platform.addonState(token, id).catch((error: { code?: string }) => error.code);
      expect(['deprovisioned', 'heroku_forbidden', 'heroku_addon_gone']).toContain(state);
    });
  });
}
