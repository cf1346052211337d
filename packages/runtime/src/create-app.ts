import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { errorCatalog } from '@dockhero/domain/errors';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { AppErrorFilter } from './app-error.filter.js';
import { readJsonBodies } from './json-bodies.js';
import { NestLogger } from './logger.js';

/** Longest request body, in bytes. Heroku's are below 4 KB. */
const bodyLimit = 64 * 1024;

/** A Nest application on Fastify with our error shape, our logger and shutdown hooks. Reads JSON bodies only. */
export async function createApp(module: object, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy: true,
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    requestTimeout: 30_000,
    keepAliveTimeout: 75_000,
    frameworkErrors: refuseAddress,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module as never, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  readJsonBodies(adapter.getInstance());
  app.useGlobalFilters(new AppErrorFilter(logger));
  // SIGTERM must drain: without the hooks a worker dies in the middle of its job.
  app.enableShutdownHooks();
  return app;
}

/** A URL that the router cannot read, such as `/c/%zz`, reaches neither hooks nor filter. Not quoted back and not logged: it may hold a token. */
function refuseAddress(_error: unknown, request: { id: string }, reply: FastifyReply): void {
  const { status, message } = errorCatalog.address_unknown;
  void reply.status(status).send({ id: 'address_unknown', message, request_id: request.id });
}
