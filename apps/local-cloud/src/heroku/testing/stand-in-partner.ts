import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';

export const partnerSecrets = { slug: 'dockhero', password: 'p'.repeat(32), ssoSalt: 's'.repeat(32), clientSecret: 'c'.repeat(32) };

interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

interface Resource {
  readonly uuid: string;
  plan: string;
  state: 'provisioning' | 'provisioned' | 'deprovisioned';
  readonly options: Record<string, string>;
  readonly callbackUrl: string;
  readonly grantCode: string | null;
  readonly logInputUrl: string | null;
  tokens: Tokens | null;
}

/**
 * A small add-on provider with state of its own, that follows the partner API's rules: idempotent, 202 first, 410 for the dead.
 * `answer` replaces its next answers, to see what Heroku makes of them.
 */
export class StandInPartner {
  readonly resources = new Map<string, Resource>();
  /** Every request in order, e.g. `POST`, `DELETE <uuid>`. */
  readonly requests: string[] = [];
  readonly bodies: Record<string, unknown>[] = [];
  readonly webhooks: { headers: Record<string, unknown>; raw: string }[] = [];
  /** True: finishes provisioning by itself right after its 202. */
  automatic = false;
  answer: ((method: string, reply: FastifyReply) => unknown) | null = null;
  url = '';
  #server = Fastify({ forceCloseConnections: true });

  async start(): Promise<void> {
    const server = this.#server;
    server.post('/heroku/resources', (request, reply) => this.#handle(request, reply, () => this.#provision(request, reply)));
    server.put('/heroku/resources/:uuid', (request, reply) => this.#handle(request, reply, () => this.#change(request, reply)));
    server.delete('/heroku/resources/:uuid', (request, reply) => this.#handle(request, reply, () => this.#deprovision(request, reply)));
    server.post('/webhooks', async (request, reply) => {
      this.webhooks.push({ headers: request.headers, raw: JSON.stringify(request.body) });
      return reply.code(204).send();
    });
    this.url = await server.listen({ host: '127.0.0.1', port: 0 });
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  /** What an add-on's only resource is called here, when there is just one. */
  only(): Resource {
    const [resource] = this.resources.values();
    if (!resource || this.resources.size !== 1) throw new Error(`expected one resource, have ${String(this.resources.size)}`);
    return resource;
  }

  /** Exchanges the grant, sets config, reports success. */
  async finish(uuid: string, config: Record<string, string> = { DOCKHERO_HOST: 'tcp://h1.example:2376' }): Promise<void> {
    const resource = this.#resource(uuid);
    resource.tokens ??= (await this.token(uuid, { grant_type: 'authorization_code', code: resource.grantCode ?? '' }))
      .json as unknown as Tokens;
    const patched = await this.call(uuid, 'PATCH', '/config', { config: Object.entries(config).map(([name, value]) => ({ name, value })) });
    if (patched.status !== 200) throw new Error(`PATCH config: ${String(patched.status)}`);
    const done = await this.call(uuid, 'POST', '/actions/provision');
    if (done.status !== 200) throw new Error(`actions/provision: ${String(done.status)}`);
    resource.state = 'provisioned';
  }

  /** POST /oauth/token with our client secret. */
  async token(uuid: string, parameters: Record<string, string>): Promise<{ status: number; json: Record<string, unknown> }> {
    const response = await fetch(new URL('/oauth/token', this.#resource(uuid).callbackUrl), {
      method: 'POST',
      body: new URLSearchParams({ client_secret: partnerSecrets.clientSecret, ...parameters }),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  /** A call below the callback URL with the resource's access token. */
  async call(uuid: string, method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown; headers: Headers }> {
    const resource = this.#resource(uuid);
    const response = await fetch(`${resource.callbackUrl}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${resource.tokens?.access_token ?? 'none'}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? null : JSON.parse(text), headers: response.headers };
  }

  #resource(uuid: string): Resource {
    const resource = this.resources.get(uuid);
    if (!resource) throw new Error(`no resource ${uuid}`);
    return resource;
  }

  async #handle(request: FastifyRequest, reply: FastifyReply, handle: () => unknown): Promise<unknown> {
    const { uuid } = request.params as { uuid?: string };
    this.requests.push(uuid === undefined ? request.method : `${request.method} ${uuid}`);
    this.bodies.push((request.body ?? {}) as Record<string, unknown>);
    const expected = `Basic ${Buffer.from(`${partnerSecrets.slug}:${partnerSecrets.password}`).toString('base64')}`;
    if (request.headers.authorization !== expected)
      return reply.code(401).header('www-authenticate', 'Basic').send({ message: 'who are you?' });
    if (this.answer) {
      const answered = await this.answer(request.method, reply);
      if (answered !== undefined || reply.sent) return answered;
    }
    return handle();
  }

  #provision(request: FastifyRequest, reply: FastifyReply): unknown {
    const body = request.body as {
      uuid: string;
      plan: string;
      options: Record<string, string>;
      callback_url: string;
      oauth_grant?: { code: string } | null;
      log_input_url?: string;
    };
    const known = this.resources.get(body.uuid);
    if (known?.state === 'deprovisioned') return reply.code(410).send({ message: 'gone' });
    if (known?.state === 'provisioned') return { id: known.uuid, message: 'Ready.' };
    if (!known) {
      this.resources.set(body.uuid, {
        uuid: body.uuid,
        plan: body.plan,
        state: 'provisioning',
        options: body.options,
        callbackUrl: body.callback_url,
        grantCode: body.oauth_grant?.code ?? null,
        logInputUrl: body.log_input_url ?? null,
        tokens: null,
      });
      if (this.automatic) setImmediate(() => void this.finish(body.uuid).catch(() => undefined));
    }
    return reply.code(202).send({ id: body.uuid, message: 'Dockhero is being created.' });
  }

  #change(request: FastifyRequest, reply: FastifyReply): unknown {
    const resource = this.resources.get((request.params as { uuid: string }).uuid);
    if (!resource || resource.state === 'deprovisioned') return reply.code(410).send({ message: 'gone' });
    const { plan } = request.body as { plan: string };
    if (plan === 'hobby' && resource.plan === 'business') return reply.code(422).send({ message: 'Too much data for Hobby.' });
    resource.plan = plan;
    return { message: `Now on ${plan}.` };
  }

  #deprovision(request: FastifyRequest, reply: FastifyReply): unknown {
    const { uuid } = request.params as { uuid: string };
    const resource = this.resources.get(uuid);
    const gone = resource?.state === 'deprovisioned' || !resource;
    this.resources.set(uuid, {
      ...(resource ?? { uuid, plan: '', options: {}, callbackUrl: '', grantCode: null, logInputUrl: null, tokens: null }),
      state: 'deprovisioned',
    });
    return gone ? reply.code(410).send({ message: 'gone' }) : reply.code(204).send();
  }
}
