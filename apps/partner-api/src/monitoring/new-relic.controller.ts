import { newRelicRequest, type NewRelicRequest, type NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, Get, Header, Param, Put } from '@nestjs/common';
import { ReadNewRelic } from './read-new-relic.js';
import { SwitchNewRelic } from './switch-new-relic.js';

/** Figures to New Relic, below `DOCKHERO_CONFIG_URL`. */
@Controller('c/:token/newrelic')
export class NewRelicController {
  constructor(
    private readonly status: ReadNewRelic,
    private readonly newRelic: SwitchNewRelic,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string): Promise<NewRelicStatus> {
    return await this.status.run(token);
  }

  @Put()
  @Header('cache-control', 'no-store')
  async set(@Param('token') token: string, @Body(new ZodPipe(newRelicRequest)) request: NewRelicRequest): Promise<NewRelicStatus> {
    return await this.newRelic.run(token, request);
  }

  @Delete()
  @Header('cache-control', 'no-store')
  async unset(@Param('token') token: string): Promise<NewRelicStatus> {
    return await this.newRelic.run(token, null);
  }
}
