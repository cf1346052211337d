import {
  alertSettingsPatch,
  silenceRequest,
  type AlertOverview,
  type AlertSettingsPatch,
  type AlertSilence,
  type EndedSilence,
  type PatchedAlertSettings,
  type SilenceRequest,
} from '@dockhero/contracts/monitoring-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ResourceIdPipe } from '../resources/resource-id.pipe.js';
import { AddSilence } from './add-silence.js';
import { ChangeAlertSettings } from './change-alert-settings.js';
import { EndSilence } from './end-silence.js';
import { ReadAlerts } from './read-alerts.js';

/** What is wrong with the hosts, and who is told, below `DOCKHERO_CONFIG_URL`. The token in the URL is the credential. */
@Controller('c/:token/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: ReadAlerts,
    private readonly settings: ChangeAlertSettings,
    private readonly silence: AddSilence,
    private readonly unsilence: EndSilence,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string): Promise<AlertOverview> {
    return await this.alerts.run(token);
  }

  @Patch('settings')
  @Header('cache-control', 'no-store')
  async change(
    @Param('token') token: string,
    @Body(new ZodPipe(alertSettingsPatch)) patch: AlertSettingsPatch,
  ): Promise<PatchedAlertSettings> {
    return await this.settings.run(token, patch);
  }

  @Post('silences')
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async add(@Param('token') token: string, @Body(new ZodPipe(silenceRequest)) request: SilenceRequest): Promise<AlertSilence> {
    return await this.silence.run(token, request);
  }

  @Delete('silences/:silenceId')
  @Header('cache-control', 'no-store')
  async end(
    @Param('token') token: string,
    @Param('silenceId', new ResourceIdPipe('silence_not_found')) silenceId: string,
  ): Promise<EndedSilence> {
    return await this.unsilence.run(token, silenceId);
  }
}
