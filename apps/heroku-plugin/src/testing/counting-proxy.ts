import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before an HTTP server and notes what is asked of it. */
export class CountingProxy {
  /** `GET /apps/acme`, in order. */
  readonly requests: string[] = [];
  url = '';
  #server: Server | null = null;

  async start(target: string): Promise<void> {
    const { hostname, port } = new URL(target);
    this.#server = createServer((request, response) => {
      const { method, url, headers } = request;
      this.requests.push(`${method ?? ''} ${url ?? ''}`);
      const upstream = send({ hostname, port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      request.pipe(upstream);
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
  }
}
