import { randomUUID } from 'node:crypto';
import { demand, type Check } from './check.js';
import { demandMessage, demandStatus } from './judge-answer.js';
import type { PartnerTarget } from './partner-target.js';

const methods = ['POST', 'PUT', 'DELETE'] as const;
type Method = (typeof methods)[number];

const impostors: readonly [string, (target: PartnerTarget) => string | null][] = [
  ['a wrong user', (target) => target.basic(`${target.slug}-not`)],
  ['a wrong password', (target) => target.basic(target.slug, `${target.password}x`)],
  ['no header', () => null],
  ['another scheme', (target) => target.basic().replace('Basic', 'Bearer')],
  ['a header that cannot be read', () => 'Basic %%%'],
];

const accepts = ['application/vnd.heroku-addons+json; version=3', 'application/json', '*/*'];

/** Point 2: nobody but Heroku gets in, and no Accept of Heroku's is a 406. */
export const authenticationChecks: readonly Check[] = [
  ...impostors.flatMap(([who, authorization]) =>
    methods.map((method): Check => ({
      point: 2,
      name: `${method} with ${who} is 401 with a Basic challenge`,
      async run(target) {
        const uuid = randomUUID();
        const answer = await target.send(method, ...(await request(target, method, uuid)), {}, authorization(target));
        demandStatus(answer, 401);
        demand(/^basic\b/i.test(answer.headers.get('www-authenticate') ?? ''), 'WWW-Authenticate: Basic is missing');
        demandMessage(answer);
      },
    })),
  ),
  ...accepts.map((accept): Check => ({
    point: 2,
    name: `Accept: ${accept} is never 406, on any method`,
    async run(target) {
      const uuid = randomUUID();
      for (const method of methods) {
        const answer = await target.send(method, ...(await request(target, method, uuid)), { accept });
        demand(answer.status !== 406, `${method} answered 406`);
        demand(answer.status < 500, `${method} answered ${answer.status}`);
      }
    },
  })),
];

/** The rest of a request's path, and its body. */
async function request(target: PartnerTarget, method: Method, uuid: string): Promise<[string, unknown]> {
  switch (method) {
    case 'POST':
      return ['', await target.provisionBody(uuid)];
    case 'PUT':
      return [`/${uuid}`, { plan: target.plans[0] }];
    case 'DELETE':
      return [`/${uuid}`, undefined];
  }
}
