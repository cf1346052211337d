import { demand, needsManifest, type Check } from './check.js';
import { declaredConfigVars, type Manifest } from './manifest.js';
import type { PartnerTarget } from './partner-target.js';

const knownRegions = [
  'us',
  'eu',
  'dublin',
  'frankfurt',
  'oregon',
  'tokyo',
  'virginia',
  'california',
  'london',
  'montreal',
  'mumbai',
  'singapore',
  'sydney',
  '*',
];
const minimalSecret = 24;

/** Point 1: what kensa checked of a manifest, and what version 3 adds. A manifest without its secrets is right for a repository. */
export const manifestChecks: readonly Check[] = [
  rule('id is a slug in lower case, and the user name of our calls', ({ manifest, slug }) => {
    demand(typeof manifest.id === 'string' && /^[a-z][a-z0-9-]*$/.test(manifest.id), `id is ${JSON.stringify(manifest.id)}`);
    demand(manifest.id === slug, `id ${manifest.id} is not the slug ${slug}`);
    demand(typeof manifest.name === 'string' && manifest.name.trim() !== '', 'name is missing');
  }),
  rule('the API version is "3", as text', ({ api }) => demand(api.version === '3', `version is ${JSON.stringify(api.version)}`)),
  rule('no deprecated field is left', ({ api }) => demand(api.username === undefined, 'api.username is an error: the id is the user name')),
  rule('regions are a list of Heroku’s names that has us or *', ({ api }) => {
    demand(Array.isArray(api.regions) && api.regions.length > 0, 'regions must be a list');
    const unknown = api.regions.filter((region) => !knownRegions.includes(String(region)));
    demand(unknown.length === 0, `unknown regions: ${unknown.join(', ')}`);
    demand(api.regions.includes('us') || api.regions.includes('*'), 'us is missing');
  }),
  rule('production URLs use TLS, and base_url ends in /heroku/resources', ({ api }) => {
    for (const name of ['base_url', 'sso_url'] as const)
      demand(isUrl(api.production?.[name], ['https:']), `production.${name} must be an https URL`);
    demand(String(api.production?.base_url).endsWith('/heroku/resources'), 'production.base_url must end in /heroku/resources');
  }),
  rule('test URLs are given', ({ api }) => {
    for (const name of ['base_url', 'sso_url'] as const) demand(isUrl(api.test?.[name], ['http:', 'https:']), `test.${name} must be a URL`);
  }),
  rule('config vars are upper case and begin with the prefix', ({ manifest, api }) => {
    const names = declaredConfigVars(manifest);
    demand(
      names !== null && names.length > 0 && names.length === (api.config_vars as unknown[]).length,
      'config_vars must be a list of texts',
    );
    const prefix =
      typeof api.config_vars_prefix === 'string' ? api.config_vars_prefix : String(manifest.id).toUpperCase().replaceAll('-', '_');
    const wrong = names.filter((name) => !/^[A-Z][0-9A-Z_]+$/.test(name) || !name.startsWith(`${prefix}_`));
    demand(wrong.length === 0, `wrong names: ${wrong.join(', ')}`);
    demand(new Set(names).size === names.length, 'a name is there twice');
  }),
  rule('requires is a list of names', ({ api }) =>
    demand(Array.isArray(api.requires) && api.requires.every((name) => typeof name === 'string'), 'requires must be a list'),
  ),
  rule('secrets differ, and none is shorter than 24 characters', ({ api, password }) => {
    const secrets = [password, api.sso_salt].filter((secret) => secret !== undefined);
    demand(
      secrets.every((secret) => typeof secret === 'string' && secret.length >= minimalSecret),
      `a secret is shorter than ${minimalSecret} characters`,
    );
    demand(new Set(secrets).size === secrets.length, 'password and sso_salt are equal');
    demand(api.password === undefined || api.password === password, 'the manifest’s password is not the one given');
  }),
];

interface Reading {
  readonly manifest: Manifest;
  readonly api: NonNullable<Manifest['api']>;
  readonly slug: string;
  readonly password: string;
}

function rule(name: string, judge: (reading: Reading) => void): Check {
  return {
    point: 1,
    name: `manifest: ${name}`,
    needs: needsManifest,
    async run({ manifest, slug, password }: PartnerTarget) {
      demand(typeof manifest?.api === 'object', 'api is missing');
      judge({ manifest, api: manifest.api, slug, password });
    },
  };
}

function isUrl(value: unknown, protocols: readonly string[]): boolean {
  return typeof value === 'string' && URL.canParse(value) && protocols.includes(new URL(value).protocol);
}
