import type { VolumeAnswer, VolumeList } from '@dockhero/contracts/volumes-api';
import { VolumeReader } from '@dockhero/database/read-volumes';
import { VolumeSettingsStore } from '@dockhero/database/volume-settings-store';
import { AppError } from '@dockhero/domain/errors';
import { planBySlug } from '@dockhero/domain/plan';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toVolumeAnswer } from './volume-answers.js';

/** A resource's volumes for those who use them, and what its plan holds. */
@Injectable()
export class ReadVolumes {
  constructor(
    private readonly find: FindResource,
    private readonly reader: VolumeReader,
    private readonly settings: VolumeSettingsStore,
  ) {}

  async run(token: string): Promise<VolumeList> {
    const { resource } = await this.find.run(token);
    const [listed, { finalDays }] = await Promise.all([this.reader.list(resource.id), this.settings.read(resource.id)]);
    const { count, totalGib } = planBySlug(resource.plan).volumes;
    return { volumes: listed.map((volume) => toVolumeAnswer(volume, finalDays)), limits: { volumes: count, size: totalGib } };
  }

  /** One of them. @throws AppError `volume_not_found`. */
  async one(resourceId: string, volumeId: string): Promise<VolumeAnswer> {
    const [listed, { finalDays }] = await Promise.all([this.reader.findListed(resourceId, volumeId), this.settings.read(resourceId)]);
    if (!listed) throw new AppError('volume_not_found', { volumeId });
    return toVolumeAnswer(listed, finalDays);
  }
}
