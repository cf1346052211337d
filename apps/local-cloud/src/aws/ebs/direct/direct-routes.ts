import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Faults } from '../../control/faults.js';
import type { Journal } from '../../control/journal.js';
import { CutConnection, runFaulted } from '../../control/run-faulted.js';
import type { Throttle } from '../../control/throttle.js';
import { Ec2Error } from '../../wire/ec2-error.js';
import { parseAuthorization } from '../../wire/parse-authorization.js';
import { completeSnapshot } from './complete-snapshot.js';
import type { DirectCloud } from './direct-cloud.js';
import { EbsError } from './ebs-error.js';
import { getSnapshotBlock } from './get-snapshot-block.js';
import { listChangedBlocks } from './list-changed-blocks.js';
import { listSnapshotBlocks } from './list-snapshot-blocks.js';
import { readInput, type DirectAnswer, type DirectRequest, type Operation } from './operation.js';
import { putSnapshotBlock } from './put-snapshot-block.js';
import { startSnapshot } from './start-snapshot.js';

const OPERATIONS = [listSnapshotBlocks, getSnapshotBlock, listChangedBlocks, startSnapshot, putSnapshotBlock, completeSnapshot];

export interface DirectRoutesParts {
  cloud: DirectCloud;
  faults: Faults;
  throttle: Throttle;
  journal: Journal;
  log: Logger;
  /** Operations under way: who closes waits for them, since they have files open. */
  running: Set<Promise<unknown>>;
}

/** The EBS direct API, REST with JSON, to be registered on EC2's server: no path of theirs is the same. */
export function directRoutes(parts: DirectRoutesParts): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.setErrorHandler((error, _request, reply) => sendError(reply, asEbsError(error, parts.log)));
    for (const operation of OPERATIONS) {
      const { method, url } = operation;
      app.route({ method, url, handler: (request, reply) => answer(parts, operation, request, reply) });
    }
    app.all('/snapshots/*', (_request, reply) =>
      sendError(reply, new EbsError('UnknownOperationException', 'There is no such operation.', 404)),
    );
  };
}

async function answer(parts: DirectRoutesParts, operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const startedAtMs = Date.now();
  let input = {};
  let outcome = 'ok';
  try {
    parseAuthorization(request.headers.authorization, 'ebs');
    const asked = readRequest(request);
    input = operation.collect(asked);
    const wanted = readInput(operation.input, input);
    input = wanted as object;
    const run = (): Promise<DirectAnswer> => track(parts.running, operation.run(wanted, parts.cloud, asked.body));
    return send(reply, await runFaulted(parts, operation.name, run));
  } catch (error) {
    if (error instanceof CutConnection) {
      outcome = 'cut';
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    const known = asEbsError(error, parts.log);
    outcome = known.type;
    return sendError(reply, known);
  } finally {
    parts.journal.add({ atMs: startedAtMs, action: operation.name, input, outcome, ms: Date.now() - startedAtMs });
  }
}

async function track<T>(running: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  running.add(work);
  try {
    return await work;
  } finally {
    running.delete(work);
  }
}

function readRequest({ params, query, headers, body }: FastifyRequest): DirectRequest {
  return {
    params: params as DirectRequest['params'],
    query: query as DirectRequest['query'],
    headers,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  };
}

function send(reply: FastifyReply, { status, headers = {}, body, onSent }: DirectAnswer): FastifyReply {
  if (onSent) reply.raw.once('finish', onSent);
  return reply
    .status(status)
    .headers({ 'x-amzn-requestid': randomUUID(), ...headers })
    .send(body);
}

function sendError(reply: FastifyReply, { type, status, message, reason }: EbsError): FastifyReply {
  return send(reply, { status, headers: { 'x-amzn-errortype': type }, body: { Message: message, Reason: reason } });
}

/** Throttles, signatures and faults speak EC2's words. */
function asEbsError(error: unknown, log: Logger): EbsError {
  if (error instanceof EbsError) return error;
  if (error instanceof Ec2Error) {
    if (error.code === 'RequestLimitExceeded') return new EbsError('RequestThrottledException', error.message, 400, 'ACCOUNT_THROTTLED');
    return new EbsError(error.code.endsWith('Exception') ? error.code : `${error.code}Exception`, error.message, error.status);
  }
  const { statusCode = 500, message } = error as Partial<Error> & { statusCode?: number }; // fastify refuses a body that is too large
  if (statusCode < 500) return new EbsError('ValidationException', message ?? '', 400, 'INVALID_PARAMETER_VALUE');
  log.error({ err: error }, 'the EBS direct API of the local cloud failed');
  return new EbsError('InternalServerException', `An internal error has occurred in the local cloud: ${String(error)}`, 500);
}
