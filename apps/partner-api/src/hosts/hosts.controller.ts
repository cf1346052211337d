import { AppError } from '@dockhero/domain/errors';
import { Secret } from '@dockhero/domain/secret';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Header, Headers, HttpCode, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IssueHostCertificate } from './issue-host-certificate.js';
import { ReadAgentManifest } from './read-agent-manifest.js';
import { ReadRevocations } from './read-revocations.js';

/** What hosts call. */
@Controller('hosts/:hostId')
export class HostsController {
  constructor(
    private readonly issue: IssueHostCertificate,
    private readonly readRevocations: ReadRevocations,
    private readonly readAgentManifest: ReadAgentManifest,
  ) {}

  /** PKCS#10 in PEM goes in, a certificate in PEM comes out, for a bootstrap token that is good once. */
  @Post('certificate')
  @HttpCode(201)
  @Header('content-type', 'application/x-pem-file')
  async certificate(
    @Param('hostId', new ZodPipe(z.uuid())) hostId: string,
    @Headers('authorization') authorization: string | undefined,
    @Body(new ZodPipe(z.string().max(8_192))) signingRequest: string,
  ): Promise<string> {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (!token) throw new AppError('bootstrap_token_invalid', { hostId });
    return await this.issue.run(hostId, new Secret(token), signingRequest);
  }

  /** An X.509 revocation list in PEM, or 304. Asked for every 20 s. */
  @Get('revocations')
  @Header('content-type', 'application/pkix-crl')
  @Header('cache-control', 'no-cache')
  async revocations(
    @Param('hostId', new ZodPipe(z.uuid())) hostId: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const { etag, pem } = await this.readRevocations.run(hostId, known);
    void reply.header('etag', etag);
    if (pem !== null) return pem;
    void reply.status(304);
    return undefined;
  }

  /** Which agent the host should run, signed by its authority; packages/contracts/src/agent-api.ts shows the text. Or 304. */
  @Get('agent')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-cache')
  async agent(
    @Param('hostId', new ZodPipe(z.uuid())) hostId: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const { etag, text } = await this.readAgentManifest.run(hostId, known);
    void reply.header('etag', etag);
    if (text !== null) return text;
    void reply.status(304);
    return undefined;
  }
}
