import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { childEnvironment, lookupIn, type ChildEnvironmentParts } from './child-environment.js';

const parts = (some: Partial<ChildEnvironmentParts>): ChildEnvironmentParts => ({
  shell: {},
  heroku: {},
  named: new Set(),
  isComplete: false,
  docker: {},
  platform: 'linux',
  ...some,
});
const build = (some: Partial<ChildEnvironmentParts>): Record<string, string> => childEnvironment(parts(some));

describe('who wins', () => {
  it('prefers the shell to Heroku, Heroku to .env', () => {
    const dotenv = [
      ['A', 'dotenv'],
      ['B', 'dotenv'],
      ['C', 'dotenv'],
    ] as const;
    const environment = build({ shell: { A: 'shell' }, heroku: { A: 'heroku', B: 'heroku' }, dotenv, named: new Set(['A', 'B', 'C']) });
    expect(environment).toEqual({ A: 'shell', B: 'heroku', C: 'dotenv' });
  });

  it('counts an empty variable of the shell: FOO= before the command switches off', () => {
    expect(build({ shell: { FOO: '' }, heroku: { FOO: 'heroku' } })).toEqual({ FOO: '' });
  });

  it('takes from .env only what the stackfile names: the rest is for compose itself', () => {
    expect(
      build({
        dotenv: [
          ['A', '1'],
          ['COMPOSE_PROJECT_NAME', 'x'],
        ],
        named: new Set(['A']),
      }),
    ).toEqual({ A: '1' });
  });

  it('puts the variables of the chosen add-on over those of the app, under the shell', () => {
    const addon = { DOCKHERO_HOST: 'blue', DOCKHERO_FLEXIBLE_SSL_URL: 'blue' };
    const environment = build({
      addon,
      heroku: { DOCKHERO_HOST: 'first', DOCKHERO_FLEXIBLE_SSL_URL: 'first' },
      shell: { DOCKHERO_FLEXIBLE_SSL_URL: 'mine' },
    });
    expect(environment).toEqual({ DOCKHERO_HOST: 'blue', DOCKHERO_FLEXIBLE_SSL_URL: 'mine' });
  });

  it('gives the name and address of the app, which config vars can replace', () => {
    const app = { name: 'shop', webUrl: 'https://shop.example/' };
    expect(build({ app })).toEqual({ HEROKU_APP_NAME: 'shop', HEROKU_APP_URL: 'https://shop.example/' });
    expect(build({ app, heroku: { HEROKU_APP_URL: 'https://www.shop.example/' } })['HEROKU_APP_URL']).toBe('https://www.shop.example/');
  });

  it('lets docker’s connection win over everything, and drops what contradicts it', () => {
    const docker = { DOCKER_HOST: 'tcp://ours:2376', DOCKER_TLS_VERIFY: '1' };
    const shell = { DOCKER_HOST: 'tcp://theirs:1', DOCKER_CONTEXT: 'else', DOCKER_TLS: '1', DOCKER_CONFIG: '/c' };
    expect(build({ docker, shell, heroku: { DOCKER_HOST: 'x' }, named: new Set(['DOCKER_HOST']) })).toEqual({
      ...docker,
      DOCKER_CONFIG: '/c',
    });
  });
});

describe('what an app cannot do to the machine of its developer', () => {
  const hijackers = `PATH HOME USER SHELL LOGNAME PWD TMPDIR TERM LANG LC_ALL LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES DOCKER_HOST DOCKER_CONFIG
    DOCKER_CONTEXT BUILDKIT_HOST COMPOSE_FILE COMPOSE_PROJECT_NAME NODE_OPTIONS NODE_ENV NPM_CONFIG_PREFIX npm_config_prefix PYTHONPATH PYTHONSTARTUP
    SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE HTTP_PROXY https_proxy NO_PROXY ALL_PROXY GIT_SSH_COMMAND SSH_AUTH_SOCK
    AWS_ACCESS_KEY_ID AWS_PROFILE AZURE_CLIENT_ID GOOGLE_APPLICATION_CREDENTIALS CLOUDSDK_CONFIG BUILDX_BUILDER COMPOSE_PROFILES GIT_CONFIG_COUNT
    FIXIE_PROXY ftp_proxy KUBECONFIG PASSWORD_STORE_DIR SOURCE_DATE_EPOCH CONTAINERD_ADDRESS HEROKU_API_KEY BASH_ENV ENV IFS PERL5LIB RUBYOPT GEM_HOME JAVA_TOOL_OPTIONS OTEL_EXPORTER_OTLP_ENDPOINT XDG_CONFIG_HOME PROMPT_COMMAND GODEBUG`;

  it.each(hijackers.trim().split(/\s+/))('%s stays on Heroku, and passes when the stackfile names it', (name) => {
    expect(build({ heroku: { [name]: 'from the app' } })).toEqual({});
    expect(build({ addon: { [name]: 'from the add-on' } })).toEqual({});
    // DOCKER_CONTEXT and DOCKER_HOST would send docker elsewhere: no name in a stackfile changes that.
    const passes = name !== 'DOCKER_CONTEXT';
    expect(build({ heroku: { [name]: 'from the app' }, named: new Set([name]) })).toEqual(passes ? { [name]: 'from the app' } : {});
  });

  it.each(['DATABASE_URL', 'DOCKHERO_HOST', 'SECRET_KEY_BASE', 'PATHS', 'RAILS_ENV', 'home', 'TZ', 'NODEJS', 'USERS_URL'])(
    '%s passes',
    (name) => {
      expect(build({ heroku: { [name]: 'x' } })).toEqual({ [name]: 'x' });
    },
  );

  it('knows the names in any case on Windows, and gives each once', () => {
    const windows = { platform: 'win32' } as const;
    expect(build({ ...windows, heroku: { path: 'x', Docker_Host: 'y', NpM_x: 'z' } })).toEqual({});
    expect(build({ ...windows, shell: { Path: 'C:\\bin' }, heroku: { PATH: '/app' }, named: new Set(['PATH']) })).toEqual({
      Path: 'C:\\bin',
    });
    expect(build({ ...windows, shell: { docker_context: 'else' } })).toEqual({});
  });

  it('hands over what is named and nothing else of Heroku, when all names are known', () => {
    const environment = build({
      heroku: { NAMED: '1', DATABASE_URL: 'x', SOME_TOOL_OPTION: 'x' },
      addon: { DOCKHERO_HOST: 'h', DOCKHERO_FULL_SSL_URL: 'f' },
      shell: { MINE: 'm' },
      named: new Set(['NAMED', 'DOCKHERO_HOST']),
      isComplete: true,
    });
    expect(environment).toEqual({ NAMED: '1', DOCKHERO_HOST: 'h', MINE: 'm' });
  });

  it('leaves out names that no process can be given', () => {
    expect(build({ heroku: { '': 'x', 'A=B': 'x', 'C\0': 'x' } })).toEqual({});
  });

  it('reaches a real process as it is', async () => {
    const environment = build({ shell: { PATH: process.env['PATH'] ?? '' }, heroku: { LD_PRELOAD: '/nowhere.so', KEY: 'a\nb $KEY "q"' } });
    const { stdout } = await promisify(execFile)('sh', ['-c', 'printf "%s|%s" "$KEY" "$LD_PRELOAD"'], { env: environment });
    expect(stdout).toBe('a\nb $KEY "q"|');
  });
});

describe('what compose finds under a name', () => {
  it('is the environment’s, then .env’s', () => {
    const lookup = lookupIn(
      { A: 'environment', E: '' },
      [
        ['A', 'dotenv'],
        ['B', 'dotenv'],
        ['E', 'dotenv'],
      ],
      'linux',
    );
    expect(['A', 'B', 'E', 'a'].map(lookup)).toEqual(['environment', 'dotenv', '', undefined]);
  });

  it('is case-blind on Windows', () => {
    expect(lookupIn({ Path: 'x' }, [], 'win32')('PATH')).toBe('x');
  });
});
