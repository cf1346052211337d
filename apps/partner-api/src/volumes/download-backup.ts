import { setTimeout as delay } from 'node:timers/promises';
import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks, snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { BlockTokens } from './block-tokens.js';
import { DownloadBudget } from './download-budget.js';

/** A backup's content, block by block, straight from its snapshot: what is interrupted goes on with the next block. */
@Injectable()
export class DownloadBackup {
  constructor(
    private readonly find: FindResource,
    private readonly reader: VolumeReader,
    private readonly blocks: SnapshotBlocks,
    private readonly tokens: BlockTokens,
    private readonly budget: DownloadBudget,
  ) {}

  /** Which blocks hold something, from this index on. @throws AppError `backup_not_found`, `backup_not_ready`, `backup_failed`, and as any call to AWS. */
  async list(token: string, backupId: string, from: number): Promise<BackupBlocks> {
    const { snapshotId, sizeGib } = await this.#snapshotOf(token, backupId);
    const { blocks, next } = await this.tokens.page(snapshotId, from);
    const indexes = blocks.map(({ index }) => index);
    const last = indexes.at(-1);
    return { block_bytes: snapshotBlockBytes, size: sizeGib, indexes, next: next === null || last === undefined ? null : last + 1 };
  }

  /**
   * The bytes of one block. @returns their SHA-256, hex, besides.
   * @throws AppError `block_not_found` for one that was never written, `download_too_fast`, and as `list`.
   */
  async read(token: string, backupId: string, index: number): Promise<{ readonly bytes: Buffer; readonly sha256: string }> {
    const { snapshotId, resourceId } = await this.#snapshotOf(token, backupId);
    const waitMs = this.budget.take(resourceId);
    if (waitMs === null) throw new AppError('download_too_fast', { backup: backupId });
    if (waitMs > 0) await delay(waitMs);
    const blockToken = await this.tokens.find(snapshotId, index);
    if (blockToken === null) throw new AppError('block_not_found', { backup: backupId, index });
    return await this.blocks.read(snapshotId, { index, token: blockToken });
  }

  async #snapshotOf(token: string, backupId: string): Promise<{ snapshotId: string; sizeGib: number; resourceId: string }> {
    const { resource } = await this.find.run(token);
    const backup = await this.reader.backup(resource.id, backupId);
    if (!backup) throw new AppError('backup_not_found', { backupId });
    if (backup.state === 'failed') throw new AppError('backup_failed', { backupId });
    if (backup.state !== 'completed' || backup.snapshotId === null) throw new AppError('backup_not_ready', { backupId });
    return { snapshotId: backup.snapshotId, sizeGib: backup.sizeGib, resourceId: resource.id };
  }
}
