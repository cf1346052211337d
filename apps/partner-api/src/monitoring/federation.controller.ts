import { Controller, Get, Header, Param } from '@nestjs/common';
import { ReadFederation } from './read-federation.js';

/** What a customer's Prometheus scrapes. The token in the URL opens this and nothing else. */
@Controller('federate')
export class FederationController {
  constructor(private readonly federation: ReadFederation) {}

  @Get(':token')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async read(@Param('token') token: string): Promise<string> {
    return await this.federation.run(token);
  }
}
