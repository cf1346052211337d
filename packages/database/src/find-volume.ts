import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Volume } from '@dockhero/domain/volumes/volume';
import type { Connection } from './transaction.js';
import { toVolumeWithFacts, volumeColumns, volumeWithFactsColumns, volumeWithFactsTables, type VolumeWithFacts } from './volume-rows.js';

/** A wanted volume is known by its name or by its id. */
export type VolumeKey = { readonly name: string } | { readonly id: string };

const byKey = (key: VolumeKey) => ('name' in key ? 'v.live_name = $2' : 'v.id = $2::uuid');
const valueOf = (key: VolumeKey) => ('name' in key ? key.name : key.id);

/** The volume that is wanted by this name, or null. */
export async function findLive(connection: Connection, resourceId: ResourceId, name: string): Promise<Volume | null> {
  const { rows } = await connection.query<Volume>(
    `SELECT ${volumeColumns} FROM volumes v WHERE v.resource_id = $1::uuid AND v.live_name = $2`,
    [resourceId, name],
  );
  return rows[0] ?? null;
}

/** A volume of the resource, wanted or not, locked against other writers. @throws AppError `volume_not_found`. */
export async function lockVolume(connection: Connection, resourceId: ResourceId, key: VolumeKey): Promise<VolumeWithFacts> {
  const { rows } = await connection.query<Record<string, unknown>>(
    `SELECT ${volumeWithFactsColumns} FROM ${volumeWithFactsTables} WHERE v.resource_id = $1::uuid AND ${byKey(key)} FOR UPDATE OF v`,
    [resourceId, valueOf(key)],
  );
  if (!rows[0]) throw new AppError('volume_not_found', { resourceId });
  return toVolumeWithFacts(rows[0]);
}

/** Sizes (GiB) of the wanted volumes of a resource, but for one: what its plan counts. */
export async function sizesOfOthers(connection: Connection, resourceId: ResourceId, exceptId: string | null): Promise<number[]> {
  const { rows } = await connection.query<{ sizeGib: number }>(
    `SELECT size_gib AS "sizeGib" FROM volumes WHERE resource_id = $1::uuid AND live_name IS NOT NULL AND id IS DISTINCT FROM $2::uuid`,
    [resourceId, exceptId],
  );
  return rows.map(({ sizeGib }) => sizeGib);
}
