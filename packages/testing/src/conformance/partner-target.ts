import { randomUUID } from 'node:crypto';
import type { Manifest } from './manifest.js';

/** The provider under test, and what is known of it. */
export interface TargetOptions {
  /** Up to and including `/heroku/resources`, or without it. */
  readonly baseUrl: string;
  readonly slug: string;
  readonly password: string;
  /** Two plans that can be changed into each other; the first is bought. */
  readonly plans: readonly [string, string?];
  readonly region?: string;
  readonly manifest?: Manifest | null;
  readonly heroku?: HerokuSide;
}

/** What only Heroku's own side can do or see. The local Heroku offers it; a deployment reached by URL alone does not. */
export interface HerokuSide {
  /** A grant that the provider can exchange for this add-on; without it a meaningless one is sent. */
  issueGrant?(uuid: string): Promise<{ code: string; expires_at: string }>;
  /** Resolves once the add-on is provisioned; throws when that takes too long. */
  awaitProvisioned?(uuid: string): Promise<void>;
  /** Calls that the provider has made to the Platform API for this add-on, oldest first: `PATCH /addons/:uuid/config`. */
  platformCalls?(uuid: string): Promise<readonly string[]>;
}

export interface PartnerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null when it is no JSON object. */
  readonly body: Record<string, unknown> | null;
  readonly ms: number;
}

/** Heroku's hard limit; past it the request has failed. */
const hardLimitMs = 25_000;

/** Speaks to a provider as Heroku does, and remembers what it has created. */
export class PartnerTarget {
  readonly slug: string;
  readonly password: string;
  readonly plans: readonly [string, string?];
  readonly manifest: Manifest | null;
  readonly heroku: HerokuSide;
  readonly resourcesUrl: string;
  readonly #region: string;
  readonly #asked = new Set<string>();

  constructor({ baseUrl, slug, password, plans, region = 'amazon-web-services::us-east-1', manifest = null, heroku = {} }: TargetOptions) {
    const trimmed = baseUrl.replace(/\/+$/, '');
    this.resourcesUrl = trimmed.endsWith('/heroku/resources') ? trimmed : `${trimmed}/heroku/resources`;
    this.slug = slug;
    this.password = password;
    this.plans = plans;
    this.manifest = manifest;
    this.heroku = heroku;
    this.#region = region;
  }

  /** @param authorization null sends none. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    authorization: string | null = this.basic(),
  ): Promise<PartnerAnswer> {
    // Remembered before the answer is known: a request that timed out may have worked.
    const uuid = method === 'POST' && typeof body === 'object' && body !== null ? (body as { uuid?: unknown }).uuid : undefined;
    if (typeof uuid === 'string') this.#asked.add(uuid);
    const from = performance.now();
    const response = await fetch(this.resourcesUrl + path, {
      method,
      headers: {
        accept: 'application/vnd.heroku-addons+json; version=3',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === null ? {} : { authorization }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(hardLimitMs),
    });
    const text = await response.text();
    if (response.status === 401 && typeof uuid === 'string') this.#asked.delete(uuid);
    return { status: response.status, headers: response.headers, text, body: parseObject(text), ms: performance.now() - from };
  }

  basic(user = this.slug, password = this.password): string {
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** A body as Heroku sends it. `change` replaces fields; undefined leaves them out. */
  async provisionBody(uuid: string, change: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const grant = (await this.heroku.issueGrant?.(uuid)) ?? {
      code: `conformance-${uuid}`,
      expires_at: new Date(Date.now() + 300_000).toISOString().replace('Z', '+00:00'),
    };
    return {
      uuid,
      name: `${this.slug}-conformance-${uuid.slice(0, 8)}`,
      plan: this.plans[0],
      region: this.#region,
      callback_url: `https://api.heroku.com/addons/${uuid}`,
      oauth_grant: { type: 'authorization_code', ...grant },
      options: {},
      log_input_url: 'https://token:t.00000000-0000-4000-8000-000000000000@1.us.logplex.io/logs',
      ...change,
    };
  }

  async provision(change: Record<string, unknown> = {}, uuid: string = randomUUID()): Promise<PartnerAnswer & { uuid: string }> {
    return { ...(await this.send('POST', '', await this.provisionBody(uuid, change))), uuid };
  }

  /** Removes everything the suite has asked for. @returns uuids that could not be removed. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const uuid of this.#asked) {
      const status = await this.send('DELETE', `/${uuid}`).then(
        (answer) => answer.status,
        () => 0,
      );
      if (![200, 202, 204, 404, 410].includes(status)) left.push(uuid);
    }
    this.#asked.clear();
    return left;
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
