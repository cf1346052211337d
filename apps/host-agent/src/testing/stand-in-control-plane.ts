import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { controlServerName, createVolumeRequest, formattedRequest, type AgentVolume } from '@dockhero/contracts/volume-agent-api';
import { readSigningRequest, signHostCertificate } from '@dockhero/docker/cluster-authority';
import type { TestCertificates } from './test-certificates.js';

type Changeable<T> = { -readonly [K in keyof T]: T[K] };
export type StandInVolume = Changeable<AgentVolume>;

/** The API's listener for agents over real mutual TLS, with volumes that a test makes, attaches and takes away. */
export class StandInControlPlane {
  readonly volumes = new Map<string, StandInVolume>();
  /** `POST /agent/volumes/web/attach`: names stand for ids. */
  readonly requests: string[] = [];
  /** Connections are cut. */
  isDown = false;
  /** What happens when a host asks for a volume; until it is `attached_here` it is asked again. */
  onAttach: (volume: StandInVolume) => void = (volume) => void Object.assign(volume, { state: 'attached', attached_here: true });
  /** What a new volume is like at first. */
  created: Partial<AgentVolume> = { ebs_volume_id: 'vol-0000000000000000a', state: 'available' };
  /** Answers before anything else does. */
  intercept: (request: string, response: ServerResponse) => boolean = () => false;
  #server: Server = createServer();

  static async start(
    certificates: TestCertificates,
    dir: string,
    hostId: string,
    commonName = agentClientName,
  ): Promise<StandInControlPlane> {
    const plane = new StandInControlPlane();
    const file = (name: string): string => path.join(dir, `control-${name}`);
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key.pem')]);
    execFileSync('openssl', ['req', '-new', '-key', file('key.pem'), '-subj', '/CN=x', '-out', file('csr')]);
    const request = await readSigningRequest(readFileSync(file('csr'), 'utf8'));
    const names = { commonName, dnsNames: [controlServerName(hostId)], addresses: [] };
    const cert = await signHostCertificate(certificates.authority, request, names);
    const ca = certificates.authority.certificatePem;
    const options = { cert, key: readFileSync(file('key.pem')), ca, requestCert: true, rejectUnauthorized: true };
    plane.#server = createServer(options, (request, response) => void plane.#answer(request, response, hostId));
    plane.#server.listen(0, '127.0.0.1');
    await once(plane.#server, 'listening');
    return plane;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  add(name: string, more: Partial<AgentVolume> = {}): StandInVolume {
    const volume: StandInVolume = {
      id: randomUUID(),
      name,
      size: 1,
      fs: 'ext4',
      created_at: '2026-11-27T00:00:00Z',
      type: 'gp3',
      backups: 'daily',
      generation: 1,
      formatted: false,
      ebs_volume_id: null,
      state: 'missing',
      attached_here: false,
      refusal: null,
      waiting_for: null,
      ...more,
    };
    this.volumes.set(name, volume);
    return volume;
  }

  asked(request: string): number {
    return this.requests.filter((made) => made === request).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, hostId: string): Promise<void> {
    if (this.isDown) return void request.socket.destroy();
    const socket = request.socket as TLSSocket & { servername?: string };
    const isRight = socket.getPeerCertificate().subject.CN === hostId && socket.servername === controlServerName(hostId);
    if (!isRight) return void response.writeHead(403).end(JSON.stringify({ message: 'This certificate is not that of a host of ours.' }));
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const [, , , id = '', act = ''] = (request.url ?? '').split('/');
    const volume = [...this.volumes.values()].find((one) => one.id === id);
    const line = `${request.method} ${(request.url ?? '').replace(id || ' ', volume?.name ?? 'unknown')}`;
    this.requests.push(line);
    if (this.intercept(line, response)) return;
    const send = (status: number, body?: object): void => void response.writeHead(status).end(body && JSON.stringify(body));
    if (id === '' && request.method === 'GET') return send(200, { volumes: [...this.volumes.values()] });
    if (id === '') return this.#create(text, send);
    if (!volume) return send(404, { message: 'There is no such volume. `heroku dh:volumes` lists them.' });
    if (request.method === 'DELETE') this.volumes.delete(volume.name);
    if (request.method === 'DELETE') return send(204);
    if (act === 'attach') this.onAttach(volume);
    if (act === 'release') Object.assign(volume, { attached_here: false, state: 'available' });
    if (act === 'formatted') volume.formatted = formattedRequest.parse(JSON.parse(text)).generation === volume.generation;
    send(200, volume);
  }

  #create(text: string, send: (status: number, body?: object) => void): void {
    const { name, options } = createVolumeRequest.parse(JSON.parse(text));
    const unknown = Object.keys(options).find((option) => !['size', 'type', 'fs', 'backups'].includes(option));
    if (unknown) return send(422, { message: `There is no option ${unknown}. Known are: size, type, fs, backups.` });
    const before = this.volumes.get(name);
    send(
      before ? 200 : 201,
      before ?? this.add(name, { size: Number(options.size ?? 1), fs: options.fs === 'xfs' ? 'xfs' : 'ext4', ...this.created }),
    );
  }
}
