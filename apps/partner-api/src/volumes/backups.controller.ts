import {
  backupScheduleRequest,
  createBackupRequest,
  restoreBackupRequest,
  type BackupAnswer,
  type BackupList,
  type BackupSchedule,
  type BackupScheduleRequest,
  type CreateBackupRequest,
  type DestroyedBackupList,
  type RestoreBackupRequest,
  type VolumeAnswer,
} from '@dockhero/contracts/volumes-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ResourceIdPipe } from '../resources/resource-id.pipe.js';
import { ChangeSchedule } from './change-schedule.js';
import { ReadBackups } from './read-backups.js';
import { RequestBackup } from './request-backup.js';
import { RequestVerification } from './request-verification.js';
import { RestoreBackup } from './restore-backup.js';

const backupIdPipe = new ResourceIdPipe('backup_not_found');

/** Backups below `DOCKHERO_CONFIG_URL`. The token in the URL is the credential. */
@Controller('c/:token/backups')
export class BackupsController {
  constructor(
    private readonly reader: ReadBackups,
    private readonly request: RequestBackup,
    private readonly restoration: RestoreBackup,
    private readonly verification: RequestVerification,
    private readonly change: ChangeSchedule,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Param('token') token: string): Promise<BackupList> {
    return await this.reader.run(token);
  }

  @Post()
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async create(@Param('token') token: string, @Body(new ZodPipe(createBackupRequest)) request: CreateBackupRequest): Promise<BackupAnswer> {
    return await this.request.run(token, request);
  }

  @Get('destroyed')
  @Header('cache-control', 'no-store')
  async destroyed(@Param('token') token: string): Promise<DestroyedBackupList> {
    return await this.reader.destroyed(token);
  }

  @Get('schedule')
  @Header('cache-control', 'no-store')
  async schedule(@Param('token') token: string): Promise<BackupSchedule> {
    return await this.reader.schedule(token);
  }

  @Put('schedule')
  @Header('cache-control', 'no-store')
  async reschedule(
    @Param('token') token: string,
    @Body(new ZodPipe(backupScheduleRequest)) request: BackupScheduleRequest,
  ): Promise<BackupSchedule> {
    return await this.change.run(token, request);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string, @Param('id', backupIdPipe) id: string): Promise<BackupAnswer> {
    return await this.reader.one(token, id);
  }

  @Post(':id/restore')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async restore(
    @Param('token') token: string,
    @Param('id', backupIdPipe) id: string,
    @Body(new ZodPipe(restoreBackupRequest.default({}))) request: RestoreBackupRequest,
  ): Promise<VolumeAnswer> {
    return await this.restoration.run(token, id, request);
  }

  @Post(':id/verify')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async verify(@Param('token') token: string, @Param('id', backupIdPipe) id: string): Promise<BackupAnswer> {
    return await this.verification.run(token, id);
  }
}
