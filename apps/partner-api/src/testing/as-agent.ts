import { request } from 'node:https';
import { controlServerName } from '@dockhero/contracts/volume-agent-api';
import type { ApiUnderTest, Call } from './api-under-test.js';
import type { AsWorker } from './as-worker.js';
import { newKey, signingRequest } from './openssl.js';

export interface AgentAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Common name of the certificate that the API has shown. */
  readonly server: string;
}

export interface Identity {
  readonly keyPem: string;
  readonly certificatePem: string;
}

/** The agent of a host that has booted: calls the API's listener for mutual TLS as the host that it says, with the identity that it has. */
export class AsAgent {
  constructor(
    private readonly api: ApiUnderTest,
    readonly hostId: string,
    readonly caPem: string,
    readonly identity: Identity | null,
  ) {}

  /** Launches the resource's host and has it trade its token, as a host does. */
  static async boot(api: ApiUnderTest, worker: AsWorker, resourceId: string): Promise<AsAgent> {
    const { hostId, token } = await worker.launchHost(resourceId);
    return await AsAgent.enrol(api, resourceId, hostId, token);
  }

  static async enrol(api: ApiUnderTest, resourceId: string, hostId: string, token: string): Promise<AsAgent> {
    const keyPem = newKey();
    const { status, text } = await api.call('POST', `/hosts/${hostId}/certificate`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/pkcs10' },
      body: signingRequest(keyPem),
    });
    if (status !== 201) throw new Error(`no certificate: ${text}`);
    const { caCertificatePem } = await api.database.cluster.findUniqueOrThrow({ where: { resourceId } });
    return new AsAgent(api, hostId, caCertificatePem ?? '', { keyPem, certificatePem: text });
  }

  /** The same host's name with another certificate, or with none. */
  with(identity: Identity | null, hostId = this.hostId): AsAgent {
    return new AsAgent(this.api, hostId, this.caPem, identity);
  }

  /** @throws when the handshake fails. One connection a call: what a certificate was good for once is no matter. */
  async call(method: string, path: string, { body }: Pick<Call, 'body'> = {}): Promise<AgentAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentAnswer>();
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = request(
      {
        host: '127.0.0.1',
        port: this.api.agentPort,
        servername: controlServerName(this.hostId),
        method,
        path,
        agent: false,
        ca: this.caPem,
        ...(this.identity ? { cert: this.identity.certificatePem, key: this.identity.keyPem } : {}),
        headers: text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        signal: AbortSignal.timeout(20_000),
      },
      (response) => {
        const { socket } = response as unknown as { socket: { getPeerCertificate(): { subject: { CN: string } } } };
        const server = socket.getPeerCertificate().subject.CN;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: answer === '' ? {} : (JSON.parse(answer) as Record<string, unknown>), server });
        });
      },
    );
    sent.once('error', reject);
    sent.end(text);
    return await promise;
  }
}
