import { changeVolumeRequest, type ChangeVolumeRequest, type VolumeAnswer, type VolumeList } from '@dockhero/contracts/volumes-api';
import { ZodPipe } from '@dockhero/runtime/zod.pipe';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ChangeVolume } from './change-volume.js';
import { DeleteVolume } from './delete-volume.js';
import { ReadVolumes } from './read-volumes.js';
import { UndeleteVolume } from './undelete-volume.js';
import { VolumeNamePipe } from './volume-name.pipe.js';

const namePipe = new VolumeNamePipe();

/** Volumes below `DOCKHERO_CONFIG_URL`. The token in the URL is the credential. They are made by Docker: see `AgentVolumesController`. */
@Controller('c/:token/volumes')
export class VolumesController {
  constructor(
    private readonly reader: ReadVolumes,
    private readonly change: ChangeVolume,
    private readonly deletion: DeleteVolume,
    private readonly undeletion: UndeleteVolume,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Param('token') token: string): Promise<VolumeList> {
    return await this.reader.run(token);
  }

  @Patch(':name')
  @Header('cache-control', 'no-store')
  async patch(
    @Param('token') token: string,
    @Param('name', namePipe) name: string,
    @Body(new ZodPipe(changeVolumeRequest)) request: ChangeVolumeRequest,
  ): Promise<VolumeAnswer> {
    return await this.change.run(token, name, request);
  }

  @Delete(':name')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async remove(@Param('token') token: string, @Param('name', namePipe) name: string): Promise<VolumeAnswer> {
    return await this.deletion.run(token, name);
  }

  @Post(':name/undelete')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async undelete(@Param('token') token: string, @Param('name', namePipe) name: string): Promise<VolumeAnswer> {
    return await this.undeletion.run(token, name);
  }
}
