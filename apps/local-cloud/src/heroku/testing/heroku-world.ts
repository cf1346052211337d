import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { pino } from 'pino';
import { Clock } from '../clock.js';
import type { LogReport } from '../logplex/log-rings.js';
import { type Heroku, startHeroku } from '../start-heroku.js';
import type { Switches } from '../switches.js';
import { partnerSecrets, StandInPartner } from './stand-in-partner.js';

interface Answer<T> {
  readonly status: number;
  readonly json: T;
  readonly headers: Headers;
}

/** A Heroku with a stand-in partner and its control routes, for one test. */
export class HerokuWorld {
  readonly partner = new StandInPartner();
  clock = new Clock();
  heroku!: Heroku;
  #control = '';
  #closers: (() => Promise<unknown>)[] = [];
  #dataDir = '';

  static async start(): Promise<HerokuWorld> {
    const world = new HerokuWorld();
    world.#dataDir = await mkdtemp(join(tmpdir(), 'heroku-'));
    await world.partner.start();
    await world.#startHeroku(0);
    return world;
  }

  /** Stops Heroku and starts another on the same data and port. */
  async restart(): Promise<void> {
    const port = Number(new URL(this.heroku.url).port);
    await this.#stopHeroku();
    this.clock = new Clock();
    await this.#startHeroku(port);
  }

  async stop(): Promise<void> {
    await this.#stopHeroku();
    await this.partner.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  /** A call as a customer with a key. */
  as<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#call(`${this.heroku.url}${path}`, method, body, {
      accept: 'application/vnd.heroku+json; version=3',
      authorization: 'Bearer HRKU-test',
      ...headers,
    });
  }

  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.#call(`${this.#control}${path}`, method, body, {});
  }

  async switch(changes: Partial<Switches>): Promise<void> {
    const { status, json } = await this.control('PATCH', '/switches', changes);
    if (status !== 200) throw new Error(`PATCH /switches: ${JSON.stringify(json)}`);
  }

  /** An app called `acme` and an add-on on it, as the partner's answer left it. */
  async addon(wish: Record<string, unknown> = {}): Promise<{ id: string; name: string; state: string }> {
    await this.as('POST', '/apps', { name: 'acme' });
    const { json } = await this.as<{ id: string; name: string; state: string }>('POST', '/apps/acme/addons', {
      plan: { name: 'dockhero:hobby' },
      ...wish,
    });
    return json;
  }

  /** The app's config vars, and how many releases and restarts it has had. */
  async app(name = 'acme'): Promise<{
    config: Record<string, string>;
    version: number;
    restarts: number;
    logs: LogReport;
  }> {
    const { json } = await this.control<{
      config: Record<string, string>;
      restarts: number;
      releases: unknown[];
      logs: LogReport;
    }>('GET', `/apps/${name}`);
    return { config: json.config, restarts: json.restarts, version: json.releases.length, logs: json.logs };
  }

  async #startHeroku(port: number): Promise<void> {
    this.heroku = await startHeroku({
      dataDir: this.#dataDir,
      port,
      partner: {
        baseUrl: `${this.partner.url}/heroku/resources`,
        ssoUrl: `${this.partner.url}/heroku/sso`,
        slug: partnerSecrets.slug,
        password: partnerSecrets.password,
        ssoSalt: partnerSecrets.ssoSalt,
        clientSecrets: [partnerSecrets.clientSecret],
      },
      log: pino({ level: 'silent' }),
      clock: this.clock,
    });
    const control = Fastify({ forceCloseConnections: true });
    await control.register(this.heroku.control);
    this.#control = await control.listen({ host: '127.0.0.1', port: 0 });
    this.#closers = [() => this.heroku.close(), () => control.close()];
  }

  async #stopHeroku(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }

  async #call<T>(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answer<T>> {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, json: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
  }
}
