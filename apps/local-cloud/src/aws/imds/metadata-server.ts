import { createServer, type Server } from 'node:http';
import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { answerMetadata } from './answer-metadata.js';
import { MetadataTokens } from './metadata-tokens.js';

/** The metadata service's HTTP side. It listens on a socket that was opened inside the fabric, see `machine/listen-in-fabric.ts`. */
export function createMetadataServer(cloud: Cloud): Server {
  const tokens = new MetadataTokens();
  return createServer((request, response) => {
    const instance = instanceAt(cloud, request.socket.remoteAddress ?? '');
    if (!instance) return response.writeHead(404).end();
    const { pathname: path } = new URL(request.url ?? '/', 'http://metadata');
    const answer = answerMetadata(cloud, tokens, instance, { method: request.method ?? 'GET', path, headers: request.headers });
    response.writeHead(answer.status, {
      'content-type': 'text/plain',
      server: 'EC2ws',
      'content-length': Buffer.byteLength(answer.body),
      ...answer.headers,
    });
    return response.end(answer.body);
  });
}

/** Terminated instances have given their address back. */
function instanceAt(cloud: Cloud, address: string): Instance | null {
  const plain = address.replace(/^::ffff:/, '');
  return Object.values(cloud.state.instances).find((i) => i.privateAddress === plain && i.state !== 'terminated') ?? null;
}
