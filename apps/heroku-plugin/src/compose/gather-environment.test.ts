import { describe, expect, it } from 'vitest';
import { Session } from '../connection/session.js';
import { DynoApp } from '../heroku/dyno-app.js';
import type { Scope } from '../stackfile/missing-variables.js';
import { parseStackfile } from '../stackfile/parse-stackfile.js';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { gatherEnvironment } from './gather-environment.js';

const url = 'https://api.example/c/token';

interface Given {
  readonly stackfile: string;
  readonly scope?: Scope;
  readonly shell?: Record<string, string>;
  readonly heroku?: Record<string, string>;
  readonly dotenv?: Record<string, string>;
  readonly addon?: string;
  readonly tool?: 'compose' | 'stack';
  readonly mentioned?: readonly string[];
  readonly called?: readonly string[];
  readonly isComplete?: boolean;
}

async function gather(given: Given) {
  const { stackfile, scope = 'all', shell = {}, heroku = {}, dotenv = {}, addon, tool = 'compose' } = given;
  const mentioned = { names: new Set(given.mentioned), isComplete: given.isComplete ?? true };
  const { called = [] } = given;
  const app = new KnownApp();
  app.config = { DOCKHERO_CONFIG_URL: url, DOCKHERO_HOST: 'h1', ...heroku };
  const session = new Session(app, new RecordedTerminal(), '/nowhere', addon);
  const stackfiles = parseStackfile(stackfile, 'dockhero-compose.yml');
  return { environment: await gatherEnvironment(session, { stackfiles, tool, scope, shell, dotenv, mentioned, called }), asked: app.asked };
}

const image = (text: string): string => `services: {web: {image: "${text}"}}\n`;

describe('gatherEnvironment', () => {
  it('prefers the shell to Heroku and Heroku to .env', async () => {
    const { environment } = await gather({
      stackfile: image('$A $B $C'),
      shell: { A: 'shell' },
      heroku: { A: 'heroku', B: 'heroku' },
      dotenv: { A: 'env', B: 'env', C: 'env' },
      tool: 'stack',
    });
    expect(environment).toMatchObject({ A: 'shell', B: 'heroku', C: 'env' });
  });

  it('asks for what env files and the call mention, and hands over nothing else of the app', async () => {
    const heroku = { IN_FILE: 'a', CALLED: 'b', DATABASE_URL: 'c', AWS_PROFILE: 'd' };
    const { environment } = await gather({ stackfile: image('x'), heroku, mentioned: ['IN_FILE'], called: ['CALLED'] });
    expect(environment).toEqual({ IN_FILE: 'a', CALLED: 'b' });
    const looking = await gather({ stackfile: image('$IMAGE'), scope: 'none', heroku, mentioned: ['IN_FILE'], called: ['CALLED'] });
    expect(looking.environment).toEqual({ CALLED: 'b', IN_FILE: 'a' });
  });

  it('hands over all that is harmless while not all names are known', async () => {
    const heroku = { A: 'a', DATABASE_URL: 'c', AWS_PROFILE: 'd', PATH: '/app' };
    const { environment } = await gather({ stackfile: image('$A'), heroku, isComplete: false });
    expect(environment).toMatchObject({ A: 'a', DATABASE_URL: 'c' });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('PATH');
  });

  it.each<[string, Given]>([
    ['the stackfile names nothing', { stackfile: image('busybox') }],
    ['the shell has all it names', { stackfile: image('$A'), shell: { A: 'x' } }],
    ['the command uses no value', { stackfile: image('$A'), scope: 'none' }],
  ])('does not ask Heroku when %s', async (_name, given) => {
    expect((await gather(given)).asked).toEqual([]);
  });

  it('asks for the app only when the stackfile names it', async () => {
    expect((await gather({ stackfile: image('$DOCKHERO_HOST') })).asked).toEqual(['config']);
    const { environment, asked } = await gather({ stackfile: image('$HEROKU_APP_NAME') });
    expect(asked.toSorted()).toEqual(['app', 'config']);
    expect(environment['HEROKU_APP_URL']).toBe('https://acme.herokuapp.com/');
  });

  it('gives a command that uses no value what compose would stop at: the real value, else a placeholder', async () => {
    const { environment } = await gather({ stackfile: image('${A:?no A} ${B:?no B}'), scope: 'none', heroku: { A: 'real' } });
    expect(environment['A']).toBe('real');
    expect(environment['B']).toBeTruthy();
  });

  it('gives `down` the real names of networks and volumes', async () => {
    const stackfile = 'services: {web: {image: x}}\nvolumes: {data: {name: "$VOLUME"}}\n';
    expect((await gather({ stackfile, scope: 'none', heroku: { VOLUME: 'mine' } })).environment['VOLUME']).toBe('mine');
  });

  it("offers the chosen add-on's variables under the plain names", async () => {
    const { environment } = await gather({
      stackfile: image('$DOCKHERO_HOST'),
      heroku: { BLUE_CONFIG_URL: url, BLUE_HOST: 'h2' },
      addon: 'blue',
    });
    expect(environment['DOCKHERO_HOST']).toBe('h2');
  });

  it('names all that is missing, and no value', async () => {
    const given = gather({ stackfile: image('$ONE ${TWO:?needed} $THREE'), heroku: { THREE: 'canary-3' } });
    await expect(given).rejects.toThrow(/ONE[^]*TWO[^]*needed[^]*heroku config:set ONE=… TWO=… --app acme/);
    await expect(given).rejects.not.toThrow('canary-3');
  });
});

describe('gatherEnvironment on a dyno', () => {
  const environment = {
    DOCKHERO_CONFIG_URL: url,
    DOCKHERO_HOST: 'h1',
    DOCKHERO_FULL_SSL_URL: 'https://first',
    BLUE_CONFIG_URL: `${url}2`,
    BLUE_HOST: 'h2',
    MINE: 'x',
  };
  const gatherOn = async (addon: string): Promise<Record<string, string>> => {
    const session = new Session(new DynoApp(environment), new RecordedTerminal(), '/nowhere', addon);
    const stackfiles = parseStackfile(image('$DOCKHERO_HOST $DOCKHERO_CONFIG_URL ${DOCKHERO_FULL_SSL_URL:-none}'), 'f.yml');
    return gatherEnvironment(session, {
      stackfiles,
      tool: 'compose',
      scope: 'all',
      shell: environment,
      dotenv: {},
      mentioned: { names: new Set(), isComplete: true },
    });
  };

  it("puts the chosen add-on's variables over what the environment has under the plain names", async () => {
    const gathered = await gatherOn('BLUE');
    expect(gathered).toMatchObject({ DOCKHERO_HOST: 'h2', DOCKHERO_CONFIG_URL: `${url}2`, BLUE_HOST: 'h2', MINE: 'x' });
    // Better none than the address of another add-on.
    expect(gathered).not.toHaveProperty('DOCKHERO_FULL_SSL_URL');
  });

  it('leaves all as it is for the plain one', async () => {
    expect(await gatherOn('DOCKHERO')).toEqual(environment);
  });
});
