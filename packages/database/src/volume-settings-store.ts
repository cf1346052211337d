import { planBySlug, type Plan } from '@dockhero/domain/plan';
import type { ResourceId } from '@dockhero/domain/resource';
import { AppError } from '@dockhero/domain/errors';
import { defaultVolumeSettings, type VolumeSettings } from '@dockhero/domain/volumes/volume-settings';
import { orUnavailable, type Database } from './client.js';
import { lockResource, tell } from './lock-resource.js';
import { inTransaction, type Connection } from './transaction.js';

/** What is given is set; what is left out stays. */
export interface VolumeSettingsPatch {
  readonly defaults?: Partial<VolumeSettings['defaults']>;
  readonly windowHour?: number;
  readonly keep?: VolumeSettings['keep'];
  readonly finalDays?: number;
}

interface Row {
  readonly sizeGib: number | null;
  readonly type: VolumeSettings['defaults']['type'] | null;
  readonly fs: VolumeSettings['defaults']['fs'] | null;
  readonly backups: VolumeSettings['defaults']['backups'] | null;
  readonly windowHour: number | null;
  readonly keepDaily: number | null;
  readonly keepWeekly: number | null;
  readonly keepMonthly: number | null;
  readonly finalDays: number | null;
}

const columns = `s.size_gib AS "sizeGib", s.type, s.fs, s.backups, s.window_hour AS "windowHour", s.keep_daily AS "keepDaily",
  s.keep_weekly AS "keepWeekly", s.keep_monthly AS "keepMonthly", s.final_days AS "finalDays"`;
const select = `SELECT ${columns} FROM volume_settings s WHERE s.resource_id = $1::uuid`;
const selectMany = `
  SELECT r.id, r.plan, ${columns} FROM resources r LEFT JOIN volume_settings s ON s.resource_id = r.id WHERE r.id = ANY($1::uuid[]) AND r.plan <> ''`;
const upsert = `
  INSERT INTO volume_settings (resource_id, size_gib, type, fs, backups, window_hour, keep_daily, keep_weekly, keep_monthly, final_days)
  VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (resource_id) DO UPDATE SET size_gib = coalesce($2, volume_settings.size_gib), type = coalesce($3, volume_settings.type),
    fs = coalesce($4, volume_settings.fs), backups = coalesce($5, volume_settings.backups),
    window_hour = coalesce($6, volume_settings.window_hour), keep_daily = coalesce($7, volume_settings.keep_daily),
    keep_weekly = coalesce($8, volume_settings.keep_weekly), keep_monthly = coalesce($9, volume_settings.keep_monthly),
    final_days = coalesce($10, volume_settings.final_days)`;

/** Defaults of new volumes, when backups are made and how many are kept; what nobody has set is the plan's. Written by the partner API only. */
export class VolumeSettingsStore {
  constructor(private readonly database: Database) {}

  /** Also of a removed resource, whose final backups are kept for a while. @throws AppError `resource_not_found`, `storage_unavailable`. */
  async read(resourceId: ResourceId): Promise<VolumeSettings> {
    const settings = (await this.readMany([resourceId])).get(resourceId);
    if (!settings) throw new AppError('resource_not_found', { resourceId });
    return settings;
  }

  /** The same of many; unknown ones are missing. @throws AppError `storage_unavailable`. */
  async readMany(resourceIds: readonly ResourceId[]): Promise<Map<ResourceId, VolumeSettings>> {
    const { rows } = await orUnavailable(() =>
      this.database.pool.query<Row & { id: ResourceId; plan: string }>({ name: 'read volume settings', text: selectMany }, [resourceIds]),
    );
    return new Map(rows.map((row) => [row.id, toSettings(planBySlug(row.plan), row)]));
  }

  /** @param text what the audit trail says of it. @returns all settings after it. @throws AppError `resource_gone`, `storage_unavailable`. */
  async change(resourceId: ResourceId, patch: VolumeSettingsPatch, text: string): Promise<VolumeSettings> {
    return await inTransaction(this.database, async (connection) => {
      const plan = await lockResource(connection, resourceId);
      const { defaults, keep, windowHour, finalDays } = patch;
      const { sizeGib, type, fs, backups } = defaults ?? {};
      const { daily, weekly, monthly } = keep ?? {};
      const values = [sizeGib, type, fs, backups, windowHour, daily, weekly, monthly, finalDays].map((value) => value ?? null);
      await connection.query(upsert, [resourceId, ...values]);
      await tell(connection, resourceId, { kind: 'desired', text, data: { ...patch } });
      return await settingsOf(connection, resourceId, plan);
    });
  }
}

/** Within a transaction. */
export async function settingsOf(connection: Connection, resourceId: ResourceId, plan: Plan): Promise<VolumeSettings> {
  const { rows } = await connection.query<Row>(select, [resourceId]);
  return toSettings(plan, rows[0]);
}

function toSettings(plan: Plan, row: Row | undefined): VolumeSettings {
  const { defaults, windowHour, keep, finalDays } = defaultVolumeSettings(plan);
  return {
    defaults: {
      sizeGib: row?.sizeGib ?? defaults.sizeGib,
      type: row?.type ?? defaults.type,
      fs: row?.fs ?? defaults.fs,
      backups: row?.backups ?? defaults.backups,
    },
    windowHour: row?.windowHour ?? windowHour,
    keep: {
      daily: row?.keepDaily ?? keep.daily,
      weekly: row?.keepWeekly ?? keep.weekly,
      monthly: row?.keepMonthly ?? keep.monthly,
    },
    finalDays: row?.finalDays ?? finalDays,
  };
}
