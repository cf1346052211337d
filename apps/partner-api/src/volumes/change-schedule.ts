import type { BackupSchedule, BackupScheduleRequest } from '@dockhero/contracts/volumes-api';
import { VolumeSettingsStore, type VolumeSettingsPatch } from '@dockhero/database/volume-settings-store';
import { planBySlug } from '@dockhero/domain/plan';
import { resolveOptions } from '@dockhero/domain/volumes/resolve-options';
import { assertWithinPlan } from '@dockhero/domain/volumes/volume-limits';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { toSchedule } from './volume-answers.js';

/** When backups are made, how many are kept, and what new volumes are when nobody says. */
@Injectable()
export class ChangeSchedule {
  constructor(
    private readonly find: FindResource,
    private readonly settings: VolumeSettingsStore,
  ) {}

  /** @throws AppError `volume_options` for defaults that no volume can have, `volume_limit` for those that none of the plan can, `resource_gone`. */
  async run(token: string, request: BackupScheduleRequest): Promise<BackupSchedule> {
    const { resource } = await this.find.run(token);
    const patch = toPatch(request);
    const { defaults } = await this.settings.read(resource.id);
    if (patch.defaults) assertWithinPlan(planBySlug(resource.plan), [], resolveOptions(patch.defaults, defaults), true);
    if (Object.keys(patch).length === 0) return await this.#answer(resource.id);
    return toSchedule(await this.settings.change(resource.id, patch, describe(request)));
  }

  async #answer(resourceId: string): Promise<BackupSchedule> {
    return toSchedule(await this.settings.read(resourceId));
  }
}

function toPatch({ window_hour, keep, final_days, defaults }: BackupScheduleRequest): VolumeSettingsPatch {
  const { size, ...rest } = defaults ?? {};
  const given = { ...rest, ...(size === undefined ? {} : { sizeGib: size }) };
  return {
    ...(window_hour === undefined ? {} : { windowHour: window_hour }),
    ...(keep === undefined ? {} : { keep }),
    ...(final_days === undefined ? {} : { finalDays: final_days }),
    ...(Object.keys(given).length === 0 ? {} : { defaults: given as NonNullable<VolumeSettingsPatch['defaults']> }),
  };
}

/** For the audit trail. */
function describe({ window_hour, keep, final_days, defaults = {} }: BackupScheduleRequest): string {
  const said = [
    window_hour === undefined ? null : `from ${String(window_hour)}:00 UTC`,
    keep === undefined ? null : `kept ${String(keep.daily)} daily, ${String(keep.weekly)} weekly, ${String(keep.monthly)} monthly`,
    final_days === undefined ? null : `final ones kept ${String(final_days)} days`,
    ...Object.entries(defaults).map(([name, value]) => `new volumes with ${name} ${String(value)}`),
  ];
  return `Backups were set: ${said.filter((text) => text !== null).join(', ')}`;
}
