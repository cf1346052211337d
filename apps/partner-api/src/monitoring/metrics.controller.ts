import { metricsQuery, type MetricsAnswer, type MetricsQuery } from '@dockhero/contracts/monitoring-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ReadMetrics } from './read-metrics.js';

/** Figures of the hosts over time, below `DOCKHERO_CONFIG_URL`. */
@Controller('c/:token/metrics')
export class MetricsController {
  constructor(private readonly metrics: ReadMetrics) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@Param('token') token: string, @Query(new ZodPipe(metricsQuery)) query: MetricsQuery): Promise<MetricsAnswer> {
    return await this.metrics.run(token, query);
  }
}
