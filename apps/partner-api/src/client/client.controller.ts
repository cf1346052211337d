import {
  bundleSwitchRequest,
  type BundleSwitch,
  type BundleSwitchRequest,
  type ClientConfig,
  type ClientStatus,
  type ConfigUrlRotation,
} from '@dockhero/contracts/client-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Put, StreamableFile } from '@nestjs/common';
import { BundleCertificates } from './bundle-certificates.js';
import { ReadClientConfig } from './read-client-config.js';
import { ReadClientStatus } from './read-client-status.js';
import { RotateConfigUrl } from './rotate-config-url.js';
import { SwitchBundle } from './switch-bundle.js';

/** What the CLI reads below `DOCKHERO_CONFIG_URL`. The token in the URL is the credential; no header is looked at. */
@Controller('c/:token')
export class ClientController {
  constructor(
    private readonly config: ReadClientConfig,
    private readonly status: ReadClientStatus,
    private readonly certificates: BundleCertificates,
    private readonly bundle: SwitchBundle,
    private readonly rotation: RotateConfigUrl,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async readConfig(@Param('token') token: string): Promise<ClientConfig> {
    return await this.config.run(token);
  }

  @Get('status')
  @Header('cache-control', 'no-store')
  async readStatus(@Param('token') token: string): Promise<ClientStatus> {
    return await this.status.run(token);
  }

  @Get('certs')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'application/gzip')
  async download(@Param('token') token: string): Promise<StreamableFile> {
    return new StreamableFile(await this.certificates.run(token));
  }

  @Put('bundle')
  @Header('cache-control', 'no-store')
  async switchBundle(
    @Param('token') token: string,
    @Body(new ZodPipe(bundleSwitchRequest)) { enabled }: BundleSwitchRequest,
  ): Promise<BundleSwitch> {
    return await this.bundle.run(token, enabled);
  }

  @Post('rotation')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async rotate(@Param('token') token: string): Promise<ConfigUrlRotation> {
    return await this.rotation.run(token);
  }
}
