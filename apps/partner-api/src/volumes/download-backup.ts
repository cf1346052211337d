import { setTimeout as delay } from 'node:timers/promises';
import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { ShortLived } from '@dockhero/docker/short-lived';
import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks, snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { BlockBuffers } from './block-buffers.js';
import { BlockTokens } from './block-tokens.js';
import { DownloadBudget } from './download-budget.js';

/** A completed backup changes once only, when it is deleted, and then AWS knows its snapshot no more. Milliseconds. */
const knownMs = 10_000;
const knownMax = 1_000;

interface Content {
  readonly snapshotId: string;
  readonly sizeGib: number;
}

/** A backup's content, block by block, straight from its snapshot: what is interrupted goes on with the next block. */
@Injectable()
export class DownloadBackup {
  readonly #contents = new ShortLived<Content>(knownMs, knownMax, (key) => this.#lookUp(key));
  readonly #buffers = new BlockBuffers();

  constructor(
    private readonly find: FindResource,
    private readonly reader: VolumeReader,
    private readonly blocks: SnapshotBlocks,
    private readonly tokens: BlockTokens,
    private readonly budget: DownloadBudget,
  ) {}

  /** Which blocks hold something, from this index on. @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, and as any call to AWS. */
  async list(token: string, backupId: string, from: number): Promise<BackupBlocks> {
    const { snapshotId, sizeGib } = await this.#contentOf(token, backupId);
    const { blocks, next } = await this.tokens.page(snapshotId, from);
    const indexes = blocks.map(({ index }) => index);
    const last = indexes.at(-1);
    return { block_bytes: snapshotBlockBytes, size: sizeGib, indexes, next: next === null || last === undefined ? null : last + 1 };
  }

  /**
   * The bytes of one block, to be released when they are sent. @returns their SHA-256, hex, besides.
   * @throws AppError `block_not_found` for one that was never written, `download_too_fast`, and as `list`.
   */
  async read(token: string, backupId: string, index: number): Promise<{ readonly bytes: Buffer; readonly sha256: string }> {
    const { snapshotId, resourceId } = await this.#contentOf(token, backupId);
    const waitMs = this.budget.take(resourceId);
    if (waitMs === null) throw new AppError('download_too_fast', { backup: backupId });
    if (waitMs > 0) await delay(waitMs);
    const blockToken = await this.tokens.find(snapshotId, index);
    if (blockToken === null) throw new AppError('block_not_found', { backup: backupId, index });
    return await this.blocks.read(snapshotId, { index, token: blockToken }, this.#buffers.take());
  }

  /** For the bytes of a block that are with the kernel: their memory is the next block's. */
  release(bytes: Buffer): void {
    this.#buffers.giveBack(bytes);
  }

  /** Whether the URL opens is asked for every block: a dead one is dead at once. */
  async #contentOf(token: string, backupId: string): Promise<Content & { resourceId: string }> {
    const { resource } = await this.find.run(token);
    return { resourceId: resource.id, ...(await this.#contents.get(`${resource.id}/${backupId}`)) };
  }

  async #lookUp(key: string): Promise<Content> {
    const [resourceId = '', backupId = ''] = key.split('/');
    const backup = await this.reader.backup(resourceId, backupId);
    if (!backup) throw new AppError('backup_not_found', { backupId });
    if (backup.state === 'failed') throw new AppError('backup_failed', { backupId });
    if (backup.state !== 'completed' || backup.snapshotId === null) throw new AppError('backup_not_ready', { backupId });
    return { snapshotId: backup.snapshotId, sizeGib: backup.sizeGib };
  }
}
