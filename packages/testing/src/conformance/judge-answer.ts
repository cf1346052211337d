import { demand } from './check.js';
import { declaredConfigVars, type Manifest } from './manifest.js';
import type { PartnerAnswer } from './partner-target.js';

export function demandStatus(answer: PartnerAnswer, ...allowed: number[]): void {
  demand(allowed.includes(answer.status), `expected ${allowed.join(' or ')}, got ${answer.status}: ${answer.text.slice(0, 200)}`);
}

/** A refusal that Heroku can show: JSON with a message. */
export function demandMessage(answer: PartnerAnswer): void {
  demand(answer.body !== null, `a ${answer.status} must have a JSON body, got: ${answer.text.slice(0, 200)}`);
  demand(
    typeof answer.body.message === 'string' && answer.body.message.trim() !== '',
    `a ${answer.status} must carry a message, got: ${answer.text.slice(0, 200)}`,
  );
}

/** Ours is an asynchronous provider: 202, the uuid as id, no config. */
export function demandAccepted(answer: PartnerAnswer, uuid: string): void {
  demandStatus(answer, 202);
  demand(answer.body !== null, 'the answer is not a JSON object');
  demand(answer.body.id === uuid, `id must be the uuid ${uuid}, got ${JSON.stringify(answer.body.id)}`);
  demand(!('config' in answer.body), 'a 202 must not carry config');
  demand(answer.body.message === undefined || typeof answer.body.message === 'string', 'message must be text');
  demand(
    /^application\/(vnd\.heroku-addons\+)?json\b/.test(answer.headers.get('content-type') ?? ''),
    `Content-Type is ${answer.headers.get('content-type') ?? 'missing'}`,
  );
}

/** Only declared names, only text; names that end in _URL are URLs. */
export function demandConfig(config: unknown, manifest: Manifest | null): void {
  demand(typeof config === 'object' && config !== null && !Array.isArray(config), 'config must be an object');
  const declared = declaredConfigVars(manifest);
  for (const [name, value] of Object.entries(config)) {
    demand(typeof value === 'string', `config ${name} must be text`);
    demand(!declared || declared.includes(name), `config ${name} is not in the manifest`);
    demand(!name.endsWith('_URL') || URL.canParse(value), `config ${name} is not a URL`);
  }
}
