import type { FederationStatus, NewFederation } from '@dockhero/contracts/monitoring-api';
import { Controller, Delete, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { SwitchFederation } from './switch-federation.js';

/** The URL for a customer's Prometheus, below `DOCKHERO_CONFIG_URL`. */
@Controller('c/:token/prometheus')
export class PrometheusController {
  constructor(private readonly federation: SwitchFederation) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string): Promise<FederationStatus> {
    return await this.federation.isOn(token);
  }

  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async make(@Param('token') token: string): Promise<NewFederation> {
    return await this.federation.on(token);
  }

  @Delete()
  @Header('cache-control', 'no-store')
  async revoke(@Param('token') token: string): Promise<FederationStatus> {
    return await this.federation.off(token);
  }
}
