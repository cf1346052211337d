import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, collectDefaultMetrics, register } from 'prom-client';

/** One thing a process cannot work without. Resolves when it is there, rejects when not; bounded in time by the caller. */
export interface ReadinessCheck {
  readonly name: string;
  readonly check: () => Promise<unknown>;
}

const checkMs = 2_000;

/**
 * `/health` (the process lives), `/ready` (it can work: every check answers) and `/metrics` (Prometheus), for operators and load balancers.
 * Also times every request by route. Call once per process.
 */
export function addOperatorRoutes(server: FastifyInstance, checks: readonly ReadinessCheck[]): void {
  collectDefaultMetrics();
  const duration = new Histogram({
    name: 'dockhero_http_request_duration_seconds',
    help: 'Time from request to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  });
  server.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    // The route's pattern, never the URL: capability tokens are part of that.
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    );
    done();
  });
  server.get('/health', () => ({ status: 'ok' }));
  server.get('/ready', async (_request, reply) => {
    const results = await Promise.all(checks.map(async ({ name, check }) => ({ name, ok: await answers(check) })));
    const ready = results.every(({ ok }) => ok);
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks: results });
  });
  server.get('/metrics', async (_request, reply) => reply.header('content-type', register.contentType).send(await register.metrics()));
}

async function answers(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), checkMs);
  });
  const ok = await Promise.race([
    check().then(
      () => true,
      () => false,
    ),
    late,
  ]);
  clearTimeout(timer);
  return ok;
}
