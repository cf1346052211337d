import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import type { HerokuContext } from '../context.js';
import type { Attachment } from '../state/records.js';
import { parseLogLine } from './display-line.js';
import { LogplexRefusal } from './logplex-refusal.js';
import { parseFrames } from './parse-frames.js';

/** Of a request's body, and eight times that when unzipped. */
export const bodyBytesMax = 8 * 1_024 * 1_024;
const unzip = promisify(gunzip);

/**
 * Takes a whole batch into the log of the attachment's app, or nothing of it.
 * @throws LogplexRefusal 400 in Logplex's words. @see partner API spec, section 7.3
 */
export async function takeBatch(heroku: HerokuContext, attachment: Attachment, request: FastifyRequest): Promise<void> {
  const { headers } = request;
  const body = await readBody(request);
  const { messages, malformed, lostBytes } = parseFrames(body);
  if (malformed || hasPoison(body, messages, heroku.switches.logplexPoison)) throw new LogplexRefusal(400, 'Malformed log messages');
  const announced = headers['logplex-msg-count'];
  if (announced !== undefined && announced !== String(messages.length)) throw new LogplexRefusal(400, 'Message count mismatch');
  const name = heroku.store.addons.get(attachment.addonId)?.name ?? heroku.manifest.id;
  const frameId = headers['logplex-frame-id'];
  heroku.logs.add(
    attachment.appId,
    messages.map((message) => parseLogLine(message.toString('utf8'), attachment.logToken, name)),
    {
      messages: messages.length,
      bytes: body.length,
      lostBytes,
      frameId: Array.isArray(frameId) ? frameId.join() : frameId,
    },
  );
}

async function readBody(request: FastifyRequest): Promise<Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  return await unzip(body, { maxOutputLength: 8 * bodyBytesMax }).catch(() => {
    throw new LogplexRefusal(400, 'Bad request');
  });
}

/** Whether the text of the switch `logplexPoison` is within one of the messages; text that reaches over two frames does not count. */
function hasPoison(body: Buffer, messages: readonly Buffer[], poison: string | null): boolean {
  return poison !== null && body.includes(poison) && messages.some((message) => message.includes(poison));
}
