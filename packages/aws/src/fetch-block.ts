import { createHash } from 'node:crypto';
import { Agent, request as requestPlain, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { EBSClient } from '@aws-sdk/client-ebs';
import { snapshotBlockBytes, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';

/** Until the answer begins, in milliseconds. */
const headMs = 15_000;

export interface FetchedBlock {
  readonly bytes: Buffer;
  readonly digest: Buffer;
  /** What AWS says of it; NaN and empty if it does not. */
  readonly declaredBytes: number;
  readonly checksum: string;
}

/**
 * GetSnapshotBlock, once, by the SDK's own endpoint, credentials and signer, but without what the SDK does around an answer: a download asks hundreds of times
 * a second, and that was a quarter of the processor's time (docs/benchmarks.md).
 */
export class BlockFetcher {
  readonly #plain = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #tls = new TlsAgent({ keepAlive: true, maxSockets: 50 });
  #signer: ReturnType<EBSClient['config']['signer']> | undefined;

  constructor(private readonly ebs: EBSClient) {}

  /**
   * @param bodyMs for the bytes of the block, once the answer has begun.
   * @returns null for any answer but a block, and for none: the SDK knows what that means and whether to ask again.
   * @throws Error when the bytes stop coming, or are more than a block.
   */
  async fetch(snapshotId: string, { index, token }: BlockRef, bodyMs: number): Promise<FetchedBlock | null> {
    const response = await this.#ask(`/snapshots/${encodeURIComponent(snapshotId)}/blocks/${String(index)}`, token);
    if (!response) return null;
    const { headers } = response;
    const [bytes, digest] = await readBody(response, bodyMs);
    return { bytes, digest, declaredBytes: Number(headers['x-amz-data-length']), checksum: String(headers['x-amz-checksum'] ?? '') };
  }

  async #ask(path: string, blockToken: string): Promise<IncomingMessage | null> {
    const { protocol, host, hostname, port } = await this.#endpoint();
    const asked = { protocol, hostname, path, query: { blockToken }, method: 'GET', headers: { host } };
    const { headers } = await (
      await this.#signerOf()
    ).sign(asked, { signingDate: new Date(Date.now() + this.ebs.config.systemClockOffset) });
    const where = { protocol, hostname, port, path: `${path}?blockToken=${encodeURIComponent(blockToken)}`, headers };
    return await new Promise((resolve) => {
      const sent = protocol === 'http:' ? requestPlain({ ...where, agent: this.#plain }) : requestTls({ ...where, agent: this.#tls });
      const timer = setTimeout(() => sent.destroy(new Error('no answer')), headMs);
      sent.once('close', () => clearTimeout(timer));
      sent.on('error', () => resolve(null));
      sent.once('response', (response) => {
        clearTimeout(timer);
        if (response.statusCode === 200) return resolve(response);
        response.destroy();
        resolve(null);
      });
      sent.end();
    });
  }

  async #endpoint(): Promise<URL> {
    const { endpoint, endpointProvider, region } = this.ebs.config;
    if (!endpoint) return endpointProvider({ Region: await region(), UseDualStack: false, UseFIPS: false }).url;
    const { protocol, hostname, port } = await endpoint();
    return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}`);
  }

  /** One for all: it asks for credentials itself, and again when they end. */
  #signerOf(): ReturnType<EBSClient['config']['signer']> {
    return (this.#signer ??= this.ebs.config.signer());
  }
}

/** Bytes and checksum, made piece by piece as they come: they are in the processor's cache then. */
function readBody(response: IncomingMessage, bodyMs: number): Promise<[Buffer, Buffer]> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.allocUnsafeSlow(snapshotBlockBytes);
    const hash = createHash('sha256');
    let length = 0;
    const timer = setTimeout(() => response.destroy(new Error('the bytes of a block stopped coming')), bodyMs);
    response.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      chunk.copy(bytes, length);
      length += chunk.length;
      if (length > snapshotBlockBytes) response.destroy(new Error('more bytes than a block has'));
    });
    response.once('end', () => resolve([bytes.subarray(0, length), hash.digest()]));
    response.once('error', reject);
    response.once('close', () => clearTimeout(timer));
  });
}
