import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HerokuWorld } from './testing/heroku-world.js';
import { cliEnvironment, runCli, spawnCli } from './testing/run-cli.js';

describe('the real Heroku CLI', () => {
  let world: HerokuWorld;
  let home: string;
  beforeEach(async () => {
    world = await HerokuWorld.start();
    home = await mkdtemp(join(tmpdir(), 'heroku-cli-'));
  });
  afterEach(async () => {
    await world.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Output of a command that must succeed. */
  async function heroku(...args: string[]): Promise<string> {
    const { code, out, err } = await runCli(cliEnvironment(world.heroku.url, home), args, home);
    if (code !== 0) throw new Error(`heroku ${args.join(' ')} exited ${String(code)}: ${err}`);
    return out + err;
  }

  /** Error output of a command that must fail. */
  async function herokuFails(...args: string[]): Promise<string> {
    const { code, err } = await runCli(cliEnvironment(world.heroku.url, home), args, home);
    expect(code).not.toBe(0);
    return err;
  }

  it('creates, waits for, uses, upgrades and destroys an add-on', async () => {
    expect(await heroku('whoami')).toContain('dev@example.com');
    expect(await heroku('apps:create', 'acme')).toContain('https://acme.herokuapp.com/');
    expect(await heroku('apps')).toContain('acme');
    const created = await heroku(
      'addons:create',
      'dockhero:hobby',
      '-a',
      'acme',
      '--name',
      'dh-one',
      '--as',
      'DH',
      '--',
      '--size',
      'big',
      '--verbose',
    );
    expect(created).toContain('Dockhero is being created.');
    expect(created).toContain('max $7/month');
    expect(world.partner.only().options).toEqual({ size: 'big', verbose: 'true' });
    expect(await heroku('addons', '-a', 'acme')).toMatch(/dockhero \(dh-one\)\s+hobby.*creating/);

    const waiting = heroku('addons:wait', 'dh-one', '-a', 'acme', '--wait-interval', '1');
    await world.partner.finish(world.partner.only().uuid);
    expect(await waiting).not.toContain('Error');
    expect(await heroku('addons:info', 'dh-one')).toMatch(/Attachments:\s+acme::DH[^]*State:\s+created/);
    expect(await heroku('config:get', 'DH_HOST', '-a', 'acme')).toContain('tcp://h1.example:2376');
    expect(await heroku('apps:info', '-a', 'acme')).toContain('dockhero:hobby');

    expect(await heroku('addons:upgrade', 'dh-one', 'dockhero:business')).toContain('Now on business.');
    expect(await herokuFails('addons:downgrade', 'dh-one', 'dockhero:hobby')).toContain('Too much data for Hobby.');
    expect(await heroku('addons:rename', 'dh-one', 'dh-two')).toContain('successfully renamed');
    expect(await heroku('addons:destroy', 'dh-two', '-a', 'acme', '--confirm', 'acme')).toContain('done');
    expect(await heroku('config', '-a', 'acme')).not.toContain('DH_HOST');
    await heroku('apps:destroy', '-a', 'acme', '--confirm', 'acme');
    expect(await herokuFails('apps:info', '-a', 'acme')).toContain('not_found');
  }, 120_000);

  it('waits in addons:create --wait, and fails with the add-on', async () => {
    await heroku('apps:create', 'acme');
    world.partner.automatic = true;
    expect(await heroku('addons:create', 'dockhero:hobby', '-a', 'acme', '--wait')).toContain('as DOCKHERO_HOST');
    world.partner.answer = (_method, reply) => reply.code(422).send({ message: 'Your account is on hold.' });
    expect(await herokuFails('addons:create', 'dockhero:hobby', '-a', 'acme')).toContain('Your account is on hold.');
  }, 60_000);

  it('attaches an add-on to a second app under another name', async () => {
    const addon = await world.addon({ name: 'dh-one' });
    await world.partner.finish(addon.id);
    await heroku('apps:create', 'second');
    expect(await heroku('addons:attach', 'dh-one', '-a', 'second', '--as', 'BLUE')).toContain('done, v2');
    expect(await heroku('config', '-a', 'second')).toContain('BLUE_HOST');
    expect(await heroku('addons:open', 'dh-one', '-a', 'second', '--show-url')).toContain(`${world.heroku.url}/addons-sso/apps/`);
    expect(await heroku('addons:detach', 'BLUE', '-a', 'second')).toContain('done, v3');
    expect(await heroku('config', '-a', 'second')).not.toContain('BLUE_HOST');
  }, 60_000);

  it('sets config vars with a release each, and refuses those of add-ons', async () => {
    await world.partner.finish((await world.addon()).id);
    expect(await heroku('config:set', 'A=1', 'B=2', '-a', 'acme')).toContain('done, v3');
    expect(await heroku('config:get', 'A', '-a', 'acme')).toContain('1');
    expect(await heroku('config:unset', 'A', '-a', 'acme')).toContain('done, v4');
    expect(await herokuFails('config:set', 'DOCKHERO_HOST=x', '-a', 'acme')).toContain('Cannot overwrite attachment values DOCKHERO_HOST.');
    expect(await heroku('releases', '-a', 'acme')).toMatch(/Current: v4[^]*v3\s+Set A, B config vars/);
  }, 60_000);

  it('lists services, plans, webhooks and who has access', async () => {
    await heroku('apps:create', 'acme');
    expect(await heroku('addons:services')).toContain('Dockhero');
    expect(await heroku('addons:plans', 'dockhero')).toMatch(/dockhero:business\s+Business.*\$99\/month/);
    expect(await heroku('access', '-a', 'acme')).toMatch(/dev@example.com\s+owner/);
    expect(await heroku('webhooks:add', '-i', 'api:addon', '-l', 'notify', '-u', 'https://hooks.example/x', '-a', 'acme')).toContain(
      'Webhooks Signing Secret',
    );
    expect(await heroku('webhooks', '-a', 'acme')).toContain('https://hooks.example/x');
  }, 60_000);

  it('shows lines written to Logplex, in logs and in logs --tail', async () => {
    await world.addon();
    const write = async (text: string): Promise<void> => {
      const message = Buffer.from(`<190>1 2026-01-01T00:00:00.000000+00:00 dockhero app web.1 - - ${text}`);
      const url = new URL(world.partner.only().logInputUrl ?? '');
      const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
      const response = await fetch(`${url.origin}/logs`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/logplex-1' },
        body: Buffer.concat([Buffer.from(`${String(message.length)} `), message]),
        signal: AbortSignal.timeout(5_000),
      });
      expect(response.status).toBe(204);
    };
    await write('grüße');
    expect(await heroku('logs', '-a', 'acme')).toContain('2026-01-01T00:00:00.000000+00:00 app[web.1]: grüße');
    expect(await heroku('logs', '-a', 'acme', '--source', 'heroku')).not.toContain('grüße');

    const tail = spawnCli(cliEnvironment(world.heroku.url, home), ['logs', '--tail', '-a', 'acme'], home);
    let shown = '';
    tail.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    try {
      await expect.poll(() => shown, { timeout: 15_000 }).toContain('grüße');
      await write('later');
      await expect.poll(() => shown, { timeout: 5_000 }).toContain('app[web.1]: later');
    } finally {
      tail.kill('SIGTERM');
    }
  }, 60_000);
});
