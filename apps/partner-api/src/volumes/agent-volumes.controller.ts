import {
  createVolumeRequest,
  formattedRequest,
  type AgentVolume,
  type AgentVolumes,
  type CreateVolumeRequest,
} from '@dockhero/contracts/volume-agent-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Caller, HostCertificateGuard, type CallingHost } from '../agents/host-certificate.guard.js';
import { ResourceIdPipe } from '../resources/resource-id.pipe.js';
import { AttachVolume } from './attach-volume.js';
import { CreateVolume } from './create-volume.js';
import { ReadAgentVolumes } from './read-agent-volumes.js';
import { RecordFormatted } from './record-formatted.js';
import { ReleaseVolume } from './release-volume.js';
import { RemoveVolume } from './remove-volume.js';

const volumeIdPipe = new ResourceIdPipe('volume_not_found');

/** What the agents of hosts ask for their Docker. The certificate of the connection is the credential, and says which cluster it is about. */
@Controller('agent/volumes')
@UseGuards(HostCertificateGuard)
export class AgentVolumesController {
  constructor(
    private readonly reader: ReadAgentVolumes,
    private readonly creation: CreateVolume,
    private readonly attachment: AttachVolume,
    private readonly release: ReleaseVolume,
    private readonly removal: RemoveVolume,
    private readonly formatting: RecordFormatted,
  ) {}

  @Get()
  async list(@Caller() host: CallingHost): Promise<AgentVolumes> {
    return await this.reader.run(host);
  }

  @Post()
  async create(
    @Caller() host: CallingHost,
    @Body(new ZodPipe(createVolumeRequest)) request: CreateVolumeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentVolume> {
    const { volume, created } = await this.creation.run(host, request);
    void reply.status(created ? 201 : 200);
    return volume;
  }

  @Get(':id')
  async read(@Caller() host: CallingHost, @Param('id', volumeIdPipe) id: string): Promise<AgentVolume> {
    return await this.reader.one(host, id);
  }

  @Post(':id/attach')
  @HttpCode(200)
  async attach(@Caller() host: CallingHost, @Param('id', volumeIdPipe) id: string): Promise<AgentVolume> {
    return await this.attachment.run(host, id);
  }

  @Post(':id/release')
  @HttpCode(200)
  async letGo(@Caller() host: CallingHost, @Param('id', volumeIdPipe) id: string): Promise<AgentVolume> {
    return await this.release.run(host, id);
  }

  @Post(':id/formatted')
  @HttpCode(200)
  async formatted(
    @Caller() host: CallingHost,
    @Param('id', volumeIdPipe) id: string,
    @Body(new ZodPipe(formattedRequest)) { generation }: { generation: number },
  ): Promise<AgentVolume> {
    return await this.formatting.run(host, id, generation);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Caller() host: CallingHost, @Param('id', volumeIdPipe) id: string): Promise<void> {
    await this.removal.run(host.resourceId, { id }, host.id);
  }
}
