import { AppError, hasCode } from '@dockhero/domain/errors';
import { HerokuPlatform, type AddonState, type Contact, type LogInput } from '@dockhero/domain/ports/heroku-platform';
import { Secret } from '@dockhero/domain/secret';
import { z } from 'zod';
import { readListFromHeroku, sendToHeroku, type HerokuRequest } from './heroku-request.js';

const addon = z.looseObject({ state: z.enum(['provisioning', 'provisioned', 'deprovisioning', 'deprovisioned']) });
const addonApp = z.looseObject({ app: z.looseObject({ id: z.string().min(1) }) });
const app = z.looseObject({ owner: z.looseObject({ email: z.string() }) });
const collaborators = z.array(z.looseObject({ user: z.looseObject({ email: z.string() }), role: z.string().nullish() }));
/** Mail domain of the owner of a team's app: the team itself, which nobody reads for. */
const teamDomain = '@herokumanager.com';
const config = z.array(z.looseObject({ name: z.string(), value: z.string().nullable() }));
const attachments = z.array(
  z.looseObject({
    id: z.string().min(1),
    app: z.looseObject({ id: z.string(), name: z.string() }),
    addon: z.looseObject({ app: z.looseObject({ id: z.string() }) }),
    log_input_url: z.url().nullish(),
  }),
);

/** Platform API for Partners. */
export class PlatformApi extends HerokuPlatform {
  /** @param url `https://api.heroku.com`, or the local Heroku. */
  constructor(private readonly url: string) {
    super();
  }

  override async addonState(token: Secret, id: string): Promise<AddonState> {
    return read(addon, await this.#call('GET', token, `/addons/${id}`)).state;
  }

  override async setConfig(token: Secret, id: string, wanted: Readonly<Record<string, string>>): Promise<void> {
    const path = `/addons/${id}/config`;
    const present = new Map(read(config, await this.#call('GET', token, path)).map(({ name, value }) => [name, value]));
    const changed = Object.entries(wanted).filter(([name, value]) => present.get(name) !== value);
    if (changed.length === 0) return;
    await this.#call('PATCH', token, path, { config: changed.map(([name, value]) => ({ name, value })) });
  }

  override async markProvisioned(token: Secret, id: string): Promise<void> {
    await this.#call('POST', token, `/addons/${id}/actions/provision`);
  }

  override async markDeprovisioned(token: Secret, id: string): Promise<void> {
    await this.#call('POST', token, `/addons/${id}/actions/deprovision`);
  }

  override async logInputs(token: Secret, id: string): Promise<LogInput[]> {
    const list = await readListFromHeroku(this.#request('GET', token, `/addons/${id}/addon-attachments`));
    return read(attachments, list).map(({ id: attachmentId, app, addon: { app: owner }, log_input_url: url }) => ({
      attachmentId,
      appName: app.name,
      isOwner: app.id === owner.id,
      url: url ? new Secret(url) : null,
    }));
  }

  override async contacts(token: Secret, id: string): Promise<Contact[]> {
    const { app: owned } = read(addonApp, await this.#call('GET', token, `/addons/${id}`));
    const { owner } = read(app, await this.#call('GET', token, `/apps/${owned.id}`));
    const found = [
      ...(await this.#collaborators(token, owned.id)).map(({ user, role }) => ({ email: user.email, role: role ?? 'collaborator' })),
      { email: owner.email, role: 'owner' }, // last: what is said of an address last counts
    ].map(({ email, role }) => ({ email: email.trim().toLowerCase(), role }));
    const byEmail = new Map(found.map((contact) => [contact.email, contact]));
    return [...byEmail.values()].filter(({ email }) => email.includes('@') && !email.endsWith(teamDomain));
  }

  /** None when Heroku lets partners see the app but not these: the owner is better than nobody. */
  async #collaborators(token: Secret, appId: string): Promise<z.infer<typeof collaborators>> {
    try {
      return read(collaborators, await readListFromHeroku(this.#request('GET', token, `/apps/${appId}/collaborators`)));
    } catch (error) {
      if (hasCode(error, 'heroku_forbidden')) return [];
      throw error;
    }
  }

  async #call(method: HerokuRequest['method'], token: Secret, path: string, body?: object): Promise<unknown> {
    return await sendToHeroku(this.#request(method, token, path, body));
  }

  #request(method: HerokuRequest['method'], token: Secret, path: string, body?: object): HerokuRequest {
    return {
      method,
      url: `${this.url}${path}`,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${token.reveal()}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    };
  }
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success)
    throw new AppError('heroku_unavailable', {
      reason: 'unexpected answer',
      issues: parsed.error.issues.map(({ path }) => path.join('.')),
    });
  return parsed.data;
}
