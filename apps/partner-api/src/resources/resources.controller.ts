import {
  planChangeRequest,
  provisionRequest,
  type PlanChangeRequest,
  type ProvisionAnswer,
  type ProvisionRequest,
} from '@dockhero/contracts/partner-api';
import { AppError } from '@dockhero/domain/errors';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, HttpCode, Param, Post, Put, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HerokuBasicGuard } from '../auth/heroku-basic.guard.js';
import { ChangePlan } from './change-plan.js';
import { DeprovisionResource } from './deprovision-resource.js';
import { ProvisionResource } from './provision-resource.js';
import { ResourceIdPipe } from './resource-id.pipe.js';

/** Heroku's lifecycle calls (Add-on Partner API v3). Delivered at least once, in any order. */
@Controller('heroku/resources')
@UseGuards(HerokuBasicGuard)
export class ResourcesController {
  constructor(
    private readonly provision: ProvisionResource,
    private readonly planChange: ChangePlan,
    private readonly deprovision: DeprovisionResource,
  ) {}

  @Post()
  async create(
    @Body(new ZodPipe(provisionRequest)) request: ProvisionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProvisionAnswer> {
    const answer = await this.provision.run(request);
    void reply.status(answer.config ? 200 : 202);
    return answer;
  }

  @Put(':id')
  async change(
    @Param('id', new ResourceIdPipe('resource_not_found')) id: string,
    @Body(new ZodPipe(planChangeRequest)) { plan }: PlanChangeRequest,
  ): Promise<{ message: string }> {
    return await this.planChange.run(id, plan);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id', new ResourceIdPipe('resource_gone')) id: string): Promise<void> {
    if ((await this.deprovision.run(id)) === 'gone') throw new AppError('resource_gone', { id });
  }
}
