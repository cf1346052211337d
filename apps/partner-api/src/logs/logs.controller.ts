import { logSettingsRequest, type LogSettings, type LogSettingsRequest } from '@dockhero/contracts/monitoring-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Get, Header, Param, Put } from '@nestjs/common';
import { ReadLogSettings } from './read-log-settings.js';
import { SetLogAttachments } from './set-log-attachments.js';

/** Which apps get the containers' output, below `DOCKHERO_CONFIG_URL`. */
@Controller('c/:token/logs')
export class LogsController {
  constructor(
    private readonly settings: ReadLogSettings,
    private readonly attachments: SetLogAttachments,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string): Promise<LogSettings> {
    return await this.settings.run(token);
  }

  @Put()
  @Header('cache-control', 'no-store')
  async set(@Param('token') token: string, @Body(new ZodPipe(logSettingsRequest)) request: LogSettingsRequest): Promise<LogSettings> {
    return await this.attachments.run(token, request.all_attachments);
  }
}
