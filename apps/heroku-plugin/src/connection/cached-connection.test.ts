import { describe, expect, it } from 'vitest';
import { ageConnection, type ConnectionAge } from '../testing/age-connection.js';
import { KnownApp } from '../testing/known-app.js';
import { prepareApp, type PreparedApp } from '../testing/prepare-app.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { connect } from './connect.js';
import { readConnection, writeConnection } from './connection-record.js';
import { UnansweredError } from './explain-refusal.js';

describe('a cached connection', () => {
  let app: PreparedApp['app'];
  let api: PreparedApp['api'];
  let open: PreparedApp['open'];

  prepareApp((made) => ({ app, api, open } = made));

  const age = (changes: ConnectionAge) => ageConnection({ open, api, app }, changes);

  describe('when the app changes', () => {
    /** The add-on that the app has now, while the record is of another. */
    async function replaceAddon(): Promise<void> {
      api.token = 'e'.repeat(32);
      app.config = { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h2.example' };
    }

    function addSecond(): void {
      app.config = { ...app.config, BLUE_CONFIG_URL: `${api.configUrl}2`, BLUE_HOST: 'h2.example' };
      app.attachments = ['DOCKHERO', 'BLUE'].map((name) => ({ name, addonName: `dockhero-${name}`, plan: 'dockhero:hobby' }));
    }

    it('renews for the add-on that replaced the first, though the URL of the first lives', async () => {
      const first = await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
      const second = new StandInApi();
      await second.start();
      app.config['DOCKHERO_CONFIG_URL'] = second.configUrl;
      expect((await connect(open())).configUrl).toBe(second.configUrl);
      expect([first.configUrl, api.requests]).toEqual([api.configUrl, []]);
      await second.stop();
    });

    it.each([
      ['unseen', 3],
      ['required', -1],
    ])('asks which when there are several by now (renewal %s)', async (_, hoursLeft) => {
      await age({ fetchedHoursAgo: 9, hoursLeft });
      addSecond();
      await expect(connect(open())).rejects.toThrow('acme has several Dockhero add-ons. Say which with --addon NAME.');
    });

    it.each([3, -1])('goes on with what it knows while Heroku is away (%i hours left)', async (hoursLeft) => {
      const first = await age({ fetchedHoursAgo: 9, hoursLeft });
      app.isAway = true;
      const renewed = await connect(open());
      expect(renewed.configUrl).toBe(first.configUrl);
      expect(renewed.certificate.serial).not.toBe(first.certificate.serial);
      expect(app.asked).toEqual([]);
    });

    it('leaves time for our API when Heroku does not answer, within three seconds together', async () => {
      await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
      const silent = new KnownApp();
      silent.config = app.config;
      silent.unseen = (timeoutMs) =>
        Object.assign(new KnownApp(), {
          readConfigVars: async () => {
            await new Promise((resolve) => setTimeout(resolve, timeoutMs));
            throw new UnansweredError('Heroku did not answer in time.');
          },
        });
      const from = Date.now();
      await connect(open(silent));
      expect(Date.now() - from).toBeLessThan(5_000);
      expect(api.requests).toEqual(['POST /certificates']);
    });

    it('compares the fresh record with config vars that the command has read anyway', async () => {
      await age({});
      await replaceAddon();
      const session = open();
      await session.configVars();
      expect((await connect(session)).configUrl).toBe(api.configUrl);
      addSecond();
      const another = open();
      await another.configVars();
      await expect(connect(another)).rejects.toThrow('several Dockhero add-ons');
    });

    it.each([false, true])('waits for the URL of an add-on that was created a moment ago (in place of another: %s)', async (hadOne) => {
      if (hadOne) await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
      const { DOCKHERO_CONFIG_URL: url = '', ...rest } = app.config;
      app.config = rest;
      app.attachments = [{ name: 'DOCKHERO', addonName: 'dockhero-flat-1', plan: 'dockhero:hobby' }];
      const connecting = connect(open());
      await expect.poll(() => app.asked).toContain('attachments');
      app.config['DOCKHERO_CONFIG_URL'] = url;
      expect((await connecting).configUrl).toBe(api.configUrl);
    });
  });

  describe('whose certificate it is', () => {
    it('is kept, so that a renewal need not ask', async () => {
      await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
      await connect(open());
      expect(app.asked).not.toContain('owner');
      expect(api.issued.at(-1)?.label).toMatch(/^dev@example\.com on /);
    });

    it('decides: another login gets a certificate of its own, and only when Heroku shows it the app', async () => {
      const first = await age({});
      app.login = 'other@example.com';
      expect((await connect(open())).certificate.serial).not.toBe(first.certificate.serial);
      expect(api.issued.at(-1)?.label).toMatch(/^other@example\.com on /);
      app.login = 'stranger@example.com';
      app.readConfigVars = () => Promise.reject(new Error("Couldn't find that app."));
      await expect(connect(open())).rejects.toThrow("Couldn't find that app.");
    });

    it('is not doubted when nobody is logged in', async () => {
      const first = await age({});
      app.login = null;
      expect(await connect(open())).toEqual(first);
    });
  });

  it('does not put a failed renewal over what another process has got meanwhile', async () => {
    const old = await age({ fetchedHoursAgo: 9, hoursLeft: 3 });
    api.failWith = 503;
    api.delayMs = 500;
    const failing = connect(open());
    await expect.poll(() => api.requests).toEqual(['POST /certificates']);
    const newer = { ...old, fetchedAt: Date.now(), certificate: { ...old.certificate, serial: 'newer' } };
    await writeConnection(open().folder, newer);
    expect(await failing).toEqual(newer);
    expect(await readConnection(open().folder)).toEqual(newer);
  });
});
