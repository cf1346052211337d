import { blockChecksumHeader, blockIndex, type BackupBlocks } from '@dockhero/contracts/volumes-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResourceIdPipe } from '../resources/resource-id.pipe.js';
import { DownloadBackup } from './download-backup.js';

const backupIdPipe = new ResourceIdPipe('backup_not_found');

/** The content of backups, below `DOCKHERO_CONFIG_URL`. The token in the URL is the credential. */
@Controller('c/:token/backups/:id/blocks')
export class BackupBlocksController {
  constructor(private readonly download: DownloadBackup) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(
    @Param('token') token: string,
    @Param('id', backupIdPipe) id: string,
    @Query('from', new ZodPipe(blockIndex.default(0))) from: number,
  ): Promise<BackupBlocks> {
    return await this.download.list(token, id, from);
  }

  /** Raw bytes, with their SHA-256 in a header. */
  @Get(':index')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'application/octet-stream')
  async read(
    @Param('token') token: string,
    @Param('id', backupIdPipe) id: string,
    @Param('index', new ZodPipe(blockIndex)) index: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { bytes, sha256 } = await this.download.read(token, id, index);
    void reply.header(blockChecksumHeader, sha256);
    reply.raw.once('finish', () => this.download.release(bytes));
    return bytes;
  }
}
