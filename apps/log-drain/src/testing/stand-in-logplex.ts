import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@dockhero/domain/secret';
import { strictFrames, textsOf } from './strict-frames.js';

export interface Post {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A log input. Without `misbehave` it is as strict as Logplex; a batch with a line that contains `poison` is malformed to it. */
export class StandInLogplex {
  readonly posts: Post[] = [];
  readonly taken: string[] = [];
  connections = 0;
  poison: string | null = null;
  /** Answers a POST in another way; false leaves it to the rules. @param attempt from 0. */
  misbehave: (response: ServerResponse, attempt: number) => boolean = () => false;

  private constructor(private readonly server: Server) {
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method, url, headers } = request;
        this.posts.push({ method, path: url, headers, body: Buffer.concat(parts) });
        if (!this.misbehave(response, this.posts.length - 1)) this.#answer(response, headers, Buffer.concat(parts));
      });
    });
  }

  static async start(): Promise<StandInLogplex> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StandInLogplex(server);
  }

  get url(): Secret {
    return new Secret(`http://token:t.3f7d0c1e@127.0.0.1:${String((this.server.address() as AddressInfo).port)}/logs`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** A new day: nothing was posted, nothing is wrong. */
  reset(): void {
    this.posts.length = this.taken.length = this.connections = 0;
    this.poison = null;
    this.misbehave = () => false;
  }

  #answer(response: ServerResponse, headers: IncomingHttpHeaders, body: Buffer): void {
    const refuse = (status: number, words: string) => response.writeHead(status).end(words);
    if (headers.authorization !== `Basic ${Buffer.from('token:t.3f7d0c1e').toString('base64')}`) return void refuse(401, 'Not Authorized');
    if (headers['content-type'] !== 'application/logplex-1') return void refuse(415, 'Unsupported Media Type');
    try {
      if (Number(headers['logplex-msg-count']) !== strictFrames(body).length) return void refuse(400, 'Message count mismatch');
      const texts = textsOf(body);
      if (this.poison !== null && texts.some((text) => text.includes(this.poison ?? ''))) return void refuse(400, 'Malformed log messages');
      this.taken.push(...texts);
    } catch {
      return void refuse(400, 'Malformed log messages');
    }
    response.writeHead(204).end();
  }
}
