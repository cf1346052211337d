import { AppError } from '@dockhero/domain/errors';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AgentRelease } from './agent-release.js';

/** Where hosts fetch the agent that a manifest has named. Nothing about it is secret. */
@Controller('agents')
export class AgentsController {
  constructor(private readonly release: AgentRelease) {}

  /**
   * Only the present release: a host that asks for another has an old manifest, and asks for a new one.
   * @throws AppError `resource_not_found`; that answer must not be cached: while a release is rolled out, only some of us have its bundle.
   */
  @Get(':sha256')
  @Header('content-type', 'application/javascript')
  bundle(
    @Param('sha256', new ZodPipe(z.string().regex(/^[0-9a-f]{64}$/))) sha256: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const { bundle } = this.release;
    if (bundle?.sha256 !== sha256) throw new AppError('resource_not_found', { sha256 });
    void reply.header('cache-control', 'public, max-age=31536000, immutable');
    return bundle.code;
  }
}
