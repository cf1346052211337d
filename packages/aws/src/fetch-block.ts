import type { EBSClient } from '@aws-sdk/client-ebs';
import { snapshotBlockBytes, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';
import { Agent } from 'undici';
import { BlockReceiver, type FetchedBlock } from './receive-block.js';

/**
 * GetSnapshotBlock, once, by the SDK's own endpoint, credentials and signer, but neither by its HTTP client nor by Node's: a download asks hundreds of times
 * a second, and those two took most of the processor's time (docs/benchmarks.md).
 */
export class BlockFetcher {
  /** Time limits are the receiver's: undici's count from one piece of the answer to the next. */
  readonly #agent = new Agent({ connections: 50, connect: { timeout: 3_000 }, headersTimeout: 0, bodyTimeout: 0 });
  #signer: ReturnType<EBSClient['config']['signer']> | undefined;

  constructor(private readonly ebs: EBSClient) {}

  /**
   * @param bodyMs for the bytes of the block, once the answer has begun.
   * @param into where the bytes are put.
   * @returns null for any answer but a block, and for none: the SDK knows what that means and whether to ask again.
   * @throws Error when the bytes stop coming, or are more than a block.
   */
  async fetch(snapshotId: string, { index, token }: BlockRef, bodyMs: number, into: Buffer): Promise<FetchedBlock | null> {
    const { protocol, host, hostname, origin } = await this.#endpoint();
    const path = `/snapshots/${encodeURIComponent(snapshotId)}/blocks/${String(index)}`;
    const asked = { protocol, hostname, path, query: { blockToken: token }, method: 'GET', headers: { host } };
    const signer = await this.#signerOf();
    const { headers } = await signer.sign(asked, { signingDate: new Date(Date.now() + this.ebs.config.systemClockOffset) });
    const receiver = new BlockReceiver(into.subarray(0, snapshotBlockBytes), bodyMs);
    this.#agent.dispatch({ origin, path: `${path}?blockToken=${encodeURIComponent(token)}`, method: 'GET', headers }, receiver);
    return await receiver.received;
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
