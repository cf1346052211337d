import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { StandInAuthority } from '../../testing/stand-in-authority.js';

/** What `GET /system/df` says, as far as the client adds it up. */
interface DiskUsage {
  readonly imageBytes: number;
}

/** An engine that tells of itself, behind mutual TLS: versions, memory, and what lies on its disk. */
export class StandInEngine {
  api = '1.50';
  minApi = '1.24';
  memoryBytes = 1024 ** 3;
  disk: DiskUsage = { imageBytes: 0 };
  dockerHost = '';
  #server: Server | null = null;

  async start(authority: StandInAuthority): Promise<void> {
    const server = createServer({ ...(await authority.hostFiles()), requestCert: true, rejectUnauthorized: true }, (request, response) => {
      const [, version, path] = /^(?:\/v([\d.]+))?(\/[^?]*)/.exec(request.url ?? '') ?? [];
      response.setHeader('Api-Version', this.api).setHeader('Content-Type', 'application/json');
      const minor = (text: string): number => Number(text.split('.')[1]);
      if (version && minor(version) < minor(this.minApi)) {
        const message = `client version ${version} is too old. Minimum supported API version is ${this.minApi}, please upgrade your client to a newer version`;
        response.writeHead(400).end(JSON.stringify({ message }));
      } else response.end(path === '/_ping' ? 'OK' : JSON.stringify(this.#answer(path ?? '')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.dockerHost = `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(null));
  }

  #answer(path: string): object {
    if (path === '/version') return { Version: '27.0.0', ApiVersion: this.api, MinAPIVersion: this.minApi, Os: 'linux', Arch: 'amd64' };
    if (path === '/info') return { MemTotal: this.memoryBytes, NCPU: 2, ServerVersion: '27.0.0' };
    const image = { Id: `sha256:${'a'.repeat(64)}`, Size: this.disk.imageBytes, SharedSize: 0, Containers: 0, RepoTags: ['x:1'] };
    return { LayersSize: this.disk.imageBytes, Images: [image], Containers: [], Volumes: [], BuildCache: [] };
  }
}
