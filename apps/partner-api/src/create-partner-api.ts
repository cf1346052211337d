import { AppError } from '@dockhero/domain/errors';
import type { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';
import { createApp } from '@dockhero/runtime/create-app';
import { addOperatorRoutes } from '@dockhero/runtime/operator-routes';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AgentListener } from './agents/agent-listener.js';
import { AppModule } from './app.module.js';
import { Connections } from './connections.js';
import type { Env } from './env.js';
import { openApiDocument } from './openapi.js';
import { openSnapshotBlocks } from './volumes/open-snapshot-blocks.js';

const operatorsRoutes = new Set(['/health', '/ready', '/metrics']);
/** Asked several times a second while a host waits for a volume, and for each half MiB of a download. */
const quietRoutes = new Set(['/agent/volumes', '/agent/volumes/:id', '/agent/volumes/:id/attach', '/c/:token/backups/:id/blocks/:index']);

/** The whole application, ready to listen. @param snapshotBlocks where backups are read from. */
export async function createPartnerApi(
  env: Env,
  logger: Logger,
  snapshotBlocks: SnapshotBlocks = openSnapshotBlocks(env),
): Promise<NestFastifyApplication> {
  const app = await createApp(AppModule.with(env, logger, snapshotBlocks), logger);
  const server = app.getHttpAdapter().getInstance();
  // A host's signing request is text.
  server.addContentTypeParser('application/pkcs10', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  // What mail programs send to end a subscription says nothing that the link does not.
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
    server.addContentTypeParser(type, { parseAs: 'string' }, (request, _body, done) => {
      if (request.routeOptions.url === '/unsubscribe') done(null, undefined);
      else done(new AppError('media_type_unsupported'));
    });
  }
  addOperatorRoutes(server, app.get(Connections).readinessChecks());
  server.get('/openapi.json', () => openApiDocument(env.PUBLIC_URL));
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url;
    // Each host asks every 20 s whether anything was revoked: that nothing was is no news.
    const isNoNews = reply.statusCode === 304 || (reply.statusCode < 400 && quietRoutes.has(route ?? ''));
    const level = isNoNews || operatorsRoutes.has(route ?? '') ? 'debug' : 'info';
    logger[level](
      { requestId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    );
    done();
  });
  return app;
}

/** Opens the listener for hosts' agents; the application listens already. @returns its port. */
export async function listenForAgents(app: NestFastifyApplication, env: Env): Promise<number> {
  const server = app.getHttpAdapter().getInstance();
  return await app.get(AgentListener).listen(env.AGENT_API_PORT, env.LISTEN_HOST, (request, response) => server.routing(request, response));
}
