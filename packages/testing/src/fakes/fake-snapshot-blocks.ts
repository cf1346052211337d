import { createHash } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks, snapshotBlockBytes, type BlockPage, type BlockRef } from '@dockhero/domain/ports/snapshot-blocks';
import { CallGate } from './call-gate.js';
import type { CloudSnapshot, FakeStorage } from './fake-storage.js';

/** The blocks of a FakeStorage's snapshots. */
export class FakeSnapshotBlocks extends SnapshotBlocks {
  /** Blocks of a page; between two pages with blocks comes an empty one, as EBS may have it. */
  pageSize = 100;

  constructor(
    private readonly storage: FakeStorage,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async list(snapshotId: string, from: { readonly index: number } | { readonly next: string }): Promise<BlockPage> {
    return await this.gate.pass('blocks.list', () => {
      const { content, sizeGib } = this.#completed(snapshotId);
      if ('next' in from && from.next.startsWith('empty:')) return { blocks: [], sizeGib, next: from.next.slice('empty:'.length) };
      const start = 'next' in from ? Number(from.next) : from.index;
      const indexes = [...content.keys()].filter((index) => index >= start).toSorted((a, b) => a - b);
      const following = indexes[this.pageSize];
      const blocks = indexes.slice(0, this.pageSize).map((index) => ({ index, token: tokenOf(snapshotId, index) }));
      return { blocks, sizeGib, next: following === undefined ? null : `empty:${following}` };
    });
  }

  override async read(
    snapshotId: string,
    { index, token }: BlockRef,
    into: Buffer = Buffer.alloc(snapshotBlockBytes),
  ): Promise<{ bytes: Buffer; sha256: string }> {
    return await this.gate.pass('blocks.read', () => {
      const written = this.#completed(snapshotId).content.get(index);
      if (!written || token !== tokenOf(snapshotId, index)) throw new AppError('aws_rejected', { awsCode: 'ValidationException' });
      if (this.storage.damaged.has(snapshotId)) throw new AppError('aws_unavailable', { reason: 'checksum differs', snapshotId, index });
      const bytes = into.subarray(0, snapshotBlockBytes).fill(0);
      written.copy(bytes);
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
  }

  override async countChanged(firstId: string, secondId: string): Promise<number> {
    return await this.gate.pass('blocks.countChanged', () => {
      const [first, second] = [this.#completed(firstId), this.#completed(secondId)];
      if (first.lineage !== second.lineage)
        throw new AppError('aws_rejected', { awsCode: 'ValidationException', reason: 'UNRELATED_SNAPSHOTS' });
      const indexes = new Set([...first.content.keys(), ...second.content.keys()]);
      return [...indexes].filter((index) => first.content.get(index) !== second.content.get(index)).length;
    });
  }

  #completed(id: string): CloudSnapshot {
    const found = this.storage.snapshots.find((snapshot) => snapshot.id === id);
    if (!found) throw new AppError('aws_lagging', { awsCode: 'ResourceNotFoundException' });
    if (!this.storage.isCompleted(found)) throw new AppError('aws_rejected', { awsCode: 'ValidationException', reason: 'not completed' });
    return found;
  }
}

function tokenOf(snapshotId: string, index: number): string {
  return Buffer.from(`${snapshotId}/${index}`).toString('base64');
}
