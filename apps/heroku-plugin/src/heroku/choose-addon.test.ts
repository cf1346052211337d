import { describe, expect, it } from 'vitest';
import { KnownApp } from '../testing/known-app.js';
import { chooseAddon, UnpublishedError } from './choose-addon.js';
import { DynoApp } from './dyno-app.js';

const url = (token: string): string => `https://api.example/c/${token}`;

function appWith(config: Record<string, string>, attachments: [string, string, string][] = []): KnownApp {
  const app = new KnownApp();
  app.config = config;
  app.attachments = attachments.map(([name, addonName, plan]) => ({ name, addonName, plan }));
  return app;
}

const two = appWith(
  { DOCKHERO_CONFIG_URL: url('one'), DOCKHERO_HOST: 'h1', BLUE_CONFIG_URL: url('two'), BLUE_HOST: 'h2', BLUE_FULL_SSL_URL: 'https://f2' },
  [
    ['DOCKHERO', 'dockhero-flat-1', 'dockhero:hobby'],
    ['BLUE', 'dockhero-round-2', 'dockhero:business'],
  ],
);

describe('chooseAddon', () => {
  it('takes the only add-on without asking for attachments', async () => {
    const app = appWith({ DOCKHERO_CONFIG_URL: url('one'), OTHER_URL: 'https://x' });
    expect(await chooseAddon(app, app.config, undefined)).toEqual({ prefix: 'DOCKHERO', configUrl: url('one'), plainVariables: {} });
    expect(app.asked).toEqual([]);
  });

  it.each(['BLUE', 'blue', 'dockhero-round-2'])('finds %s and offers its variables under the plain names', async (wanted) => {
    expect(await chooseAddon(two, two.config, wanted)).toEqual({
      prefix: 'BLUE',
      configUrl: url('two'),
      plainVariables: { DOCKHERO_CONFIG_URL: url('two'), DOCKHERO_HOST: 'h2', DOCKHERO_FULL_SSL_URL: 'https://f2' },
    });
  });

  it('lists the add-ons when there are several and none was chosen', async () => {
    await expect(chooseAddon(two, two.config, undefined)).rejects.toThrow(
      'acme has several Dockhero add-ons. Say which with --addon NAME.\n  --addon DOCKHERO  (dockhero-flat-1)\n  --addon BLUE  (dockhero-round-2)',
    );
  });

  it('lists the add-ons when the chosen one is unknown', async () => {
    await expect(chooseAddon(two, two.config, 'RED')).rejects.toThrow(/no Dockhero add-on called RED\.\n {2}--addon DOCKHERO/);
  });

  it('is not led astray by an add-on of somebody else', async () => {
    const app = appWith({ DOCKHERO_CONFIG_URL: url('one'), SPLIT_CONFIG_URL: url('x') }, [
      ['DOCKHERO', 'dockhero-flat-1', 'dockhero:hobby'],
      ['SPLIT', 'split-1', 'split:free'],
    ]);
    expect((await chooseAddon(app, app.config, undefined)).prefix).toBe('DOCKHERO');
  });

  it('takes one add-on that is attached twice for one', async () => {
    const app = appWith({ DOCKHERO_CONFIG_URL: url('one'), BLUE_CONFIG_URL: url('one') }, [
      ['DOCKHERO', 'dockhero-flat-1', 'dockhero:hobby'],
      ['BLUE', 'dockhero-flat-1', 'dockhero:hobby'],
    ]);
    expect((await chooseAddon(app, app.config, undefined)).configUrl).toBe(url('one'));
  });

  it('tells an add-on whose URL is still to come from none at all', async () => {
    const created = appWith({}, [['DOCKHERO', 'dockhero-flat-1', 'dockhero:hobby']]);
    await expect(chooseAddon(created, created.config, undefined)).rejects.toThrow(UnpublishedError);
    await expect(chooseAddon(created, created.config, undefined)).rejects.toThrow(
      /dockhero-flat-1 of acme is still being created.*heroku dh:wait --app acme$/,
    );
    const second = appWith({ DOCKHERO_CONFIG_URL: url('one') }, [
      ['DOCKHERO', 'dockhero-flat-1', 'dockhero:hobby'],
      ['BLUE', 'dockhero-round-2', 'dockhero:hobby'],
    ]);
    for (const wanted of ['blue', 'dockhero-round-2']) {
      await expect(chooseAddon(second, second.config, wanted)).rejects.toThrow(/heroku dh:wait --app acme --addon BLUE$/);
    }
  });

  it('says how to get an add-on when there is none', async () => {
    await expect(chooseAddon(appWith({}), { A_CONFIG_URL: 'https://x/config' }, undefined)).rejects.toThrow(
      'DOCKHERO_CONFIG_URL is not found: acme has no Dockhero add-on. Create one: heroku addons:create dockhero --app acme',
    );
  });
});

describe('chooseAddon on a dyno', () => {
  const other = 'https://config.elsewhere.example/c/other';
  const choose = (environment: Record<string, string>, wanted?: string) => chooseAddon(new DynoApp(environment), environment, wanted);
  const environment = { DOCKHERO_CONFIG_URL: url('one'), BLUE_CONFIG_URL: url('two'), BLUE_HOST: 'h2', OTHER_CONFIG_URL: other };

  it('takes the plain one among strangers, and an attachment by its name', async () => {
    expect((await choose({ DOCKHERO_CONFIG_URL: url('one'), OTHER_CONFIG_URL: other })).configUrl).toBe(url('one'));
    expect(await choose(environment, 'blue')).toMatchObject({ prefix: 'BLUE', plainVariables: { DOCKHERO_HOST: 'h2' } });
    expect((await choose({ BLUE_CONFIG_URL: url('two') })).configUrl).toBe(url('two'));
  });

  it('lists attachments when it was not said which, and for a name that a dyno cannot know', async () => {
    await expect(choose(environment)).rejects.toThrow(/several Dockhero add-ons.*\n {2}--addon DOCKHERO\n {2}--addon BLUE$/);
    await expect(choose({ ...environment, HEROKU_APP_NAME: 'shop' }, 'dockhero-round-2')).rejects.toThrow(
      'shop has no Dockhero add-on attached as dockhero-round-2; a dyno knows the names of attachments only.\n  --addon DOCKHERO\n  --addon BLUE',
    );
  });

  it('says what to do when there is none', async () => {
    await expect(choose({}, 'blue')).rejects.toThrow('DOCKHERO_CONFIG_URL is not set.');
  });
});
