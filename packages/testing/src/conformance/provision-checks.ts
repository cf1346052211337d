import { randomUUID } from 'node:crypto';
import { demand, type Check } from './check.js';
import { demandAccepted, demandConfig, demandMessage, demandStatus } from './judge-answer.js';

/** What Heroku's documentation asks for, in milliseconds. */
const softLimitMs = 3_000;

const bodies: readonly [string, Record<string, unknown>][] = [
  ['as documented', {}],
  ['with unknown fields', { some_new_field: { deep: [1, null] }, log_drain_token: 'd.00000000-0000-4000-8000-000000000000' }],
  ['without log_input_url (Fir)', { log_input_url: undefined }],
  ['with a null grant', { oauth_grant: null }],
  ['without a grant', { oauth_grant: undefined }],
  [
    'with a grant whose date has no colon in its offset',
    { oauth_grant: { type: 'authorization_code', code: 'conformance', expires_at: '2026-01-01T00:05:00-0800' } },
  ],
  ['without options', { options: undefined }],
  ['with options of the customer’s', { options: { 'region-pref': 'eu', verbose: 'true', 'unknown-option': 'x'.repeat(200) } }],
];

const unreadable: readonly [string, string][] = [
  ['JSON that is cut off', '{"uuid": "'],
  ['an empty body', ''],
  ['an empty object', '{}'],
  ['a list', '[]'],
];

/** Point 3: the answer to a sale. */
export const provisionChecks: readonly Check[] = [
  ...bodies.map(([what, change]): Check => ({
    point: 3,
    name: `a provision request ${what} is 202 within 3 s, with the uuid as id and no config`,
    async run(target) {
      const answer = await target.provision(change);
      demandAccepted(answer, answer.uuid);
      demand(answer.ms < softLimitMs, `took ${Math.round(answer.ms)} ms`);
    },
  })),
  {
    point: 3,
    name: 'a plan that does not exist is 422 with a message for the customer',
    async run(target) {
      const answer = await target.provision({ plan: 'conformance-no-such-plan' });
      demandStatus(answer, 422);
      demandMessage(answer);
    },
  },
  ...unreadable.map(([what, body]): Check => ({
    point: 3,
    name: `${what} is a 4xx in JSON`,
    async run(target) {
      const answer = await target.send('POST', '', body, { 'content-type': 'application/json' });
      demand(answer.status >= 400 && answer.status < 500, `got ${answer.status}`);
      demandMessage(answer);
    },
  })),
];

/** Point 4: at least once means any number of times. */
export const repeatChecks: readonly Check[] = [
  {
    point: 4,
    name: 'the same provision request twice gives the same id',
    async run(target) {
      const uuid = randomUUID();
      const body = await target.provisionBody(uuid);
      for (const answer of [await target.send('POST', '', body), await target.send('POST', '', body)]) demandAccepted(answer, uuid);
    },
  },
  {
    point: 4,
    name: 'the same provision request ten times at once gives the same id',
    async run(target) {
      const uuid = randomUUID();
      const body = await target.provisionBody(uuid);
      for (const answer of await Promise.all(Array.from({ length: 10 }, () => target.send('POST', '', body)))) demandAccepted(answer, uuid);
    },
  },
  {
    point: 4,
    name: 'two provision requests with different uuids give different ids',
    async run(target) {
      const [one, two] = [await target.provision(), await target.provision()];
      demand(one.body?.id !== two.body?.id, 'both have the same id');
    },
  },
  {
    point: 4,
    name: 'a provision request for a provisioned add-on is 200 with its config',
    needs: ({ heroku }) => (heroku.awaitProvisioned ? null : 'needs Heroku’s side: somebody must finish the provisioning'),
    async run(target) {
      const uuid = randomUUID();
      const body = await target.provisionBody(uuid);
      demandAccepted(await target.send('POST', '', body), uuid);
      await target.heroku.awaitProvisioned?.(uuid);
      const answer = await target.send('POST', '', body);
      demandStatus(answer, 200, 201);
      demand(answer.body?.id === uuid, 'the id has changed');
      demandConfig(answer.body.config, target.manifest);
    },
  },
  {
    point: 4,
    name: 'a provision request for a removed add-on is 410',
    async run(target) {
      const { uuid } = await target.provision();
      await target.send('DELETE', `/${uuid}`);
      const answer = await target.provision({}, uuid);
      demandStatus(answer, 410);
      demandMessage(answer);
    },
  },
];
