import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { findAction } from '../actions/action-table.js';
import type { Cloud } from '../cloud.js';
import type { Faults } from '../control/faults.js';
import type { Journal } from '../control/journal.js';
import { CutConnection, runFaulted } from '../control/run-faulted.js';
import type { Throttle } from '../control/throttle.js';
import { decodeRequest, type DecodedRequest } from './decode-request.js';
import { Ec2Error } from './ec2-error.js';
import { encodeAnswer, encodeError } from './encode-answer.js';
import { parseAuthorization } from './parse-authorization.js';

export interface Ec2ServerParts {
  cloud: Cloud;
  faults: Faults;
  throttle: Throttle;
  journal: Journal;
}

/** EC2's Query protocol over HTTP. */
export function createEc2Server(parts: Ec2ServerParts): FastifyInstance {
  const server = Fastify({ bodyLimit: 2 ** 20, forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.post('/', (request, reply) => answer(parts, request, reply));
  return server;
}

async function answer(parts: Ec2ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const requestId = randomUUID();
  const startedAtMs = Date.now();
  let decoded: DecodedRequest | null = null;
  let outcome = 'ok';
  reply.header('content-type', 'text/xml;charset=UTF-8').header('x-amzn-requestid', requestId);
  try {
    parseAuthorization(request.headers.authorization, 'ec2');
    decoded = decodeRequest(typeof request.body === 'string' ? request.body : '');
    const output = await perform(parts, decoded);
    return encodeAnswer(decoded.action, decoded.operation, output, requestId);
  } catch (error) {
    if (error instanceof CutConnection) {
      outcome = 'cut';
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    const known = asEc2Error(error, parts.cloud, decoded?.action);
    outcome = known.code;
    return reply.status(known.status).send(encodeError(known, requestId));
  } finally {
    const { action = 'unreadable', input = {} } = decoded ?? {};
    parts.journal.add({ atMs: startedAtMs, action, input, outcome, ms: Date.now() - startedAtMs });
  }
}

async function perform({ cloud, faults, throttle }: Ec2ServerParts, { action, input }: DecodedRequest): Promise<object> {
  const run = findAction(action);
  if (!run) throw new Ec2Error('InvalidAction', `The action ${action} is not served by the local cloud.`);
  return runFaulted({ faults, throttle }, action, () => {
    if (input['DryRun'] === true) throw new Ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    return run(input, cloud);
  });
}

function asEc2Error(error: unknown, cloud: Cloud, action: string | undefined): Ec2Error {
  if (error instanceof Ec2Error) return error;
  cloud.log.error({ action, err: error }, 'the local cloud failed');
  return new Ec2Error('InternalError', `An internal error has occurred in the local cloud: ${String(error)}`, 500);
}
