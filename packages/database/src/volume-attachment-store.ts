import { AppError } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Volume } from '@dockhero/domain/volumes/volume';
import { orUnavailable, type Database } from './client.js';
import { volumeColumns } from './volume-rows.js';
import type { Wanted } from './volume-store.js';

/** A host that asks again within this time is asking still: it asks every second or sooner. */
const askingSeconds = 10;

// A host that was replaced keeps its id: whoever asks with a later certificate is another machine, to which the volume has to come. (The certificate's
// time is of another clock: one that is still to come says nothing yet.) Asking again only says that the host still wants it. While one host waits for
// it, the wish of another that has it not is not taken down: two that ask in turn would get it in turn, and neither in time.
const attach = `
  WITH before AS (
    SELECT v.id, v.wanted_host_id AS host, v.wanted_since AS since, f.attached_host_id AS holder,
      coalesce(v.wanted_host_id = $3::uuid AND (v.wanted_since >= $4::timestamptz OR $4::timestamptz > now()), false) AS known
    FROM volumes v LEFT JOIN volume_facts f ON f.volume_id = v.id AND f.state = 'attached' AND f.generation = v.generation
    WHERE v.id = $2::uuid AND v.resource_id = $1::uuid AND v.desired = 'present' FOR UPDATE OF v
  )
  UPDATE volumes v SET wanted_host_id = $3::uuid, wanted_since = now(), desired_version = desired_version + CASE WHEN before.known THEN 0 ELSE 1 END
  FROM before WHERE v.id = before.id AND CASE WHEN before.host = $3::uuid THEN NOT before.known OR before.since < now() - interval '1 second'
    ELSE before.host IS NULL OR before.holder IN (before.host, $3::uuid) OR before.since < now() - interval '${String(askingSeconds)} seconds' END
  RETURNING ${volumeColumns}, NOT before.known AS changed`;
// Who asked in vain leaves it to the host that has it, as if nobody had asked: else it would be taken from there once its containers restart.
const release = `
  WITH holder AS (SELECT attached_host_id AS id FROM volume_facts WHERE volume_id = $2::uuid AND state = 'attached' AND attached_host_id <> $3::uuid)
  UPDATE volumes v SET wanted_host_id = (SELECT id FROM holder), wanted_since = (SELECT now() FROM holder), desired_version = desired_version + 1
  WHERE id = $2::uuid AND resource_id = $1::uuid AND wanted_host_id = $3::uuid RETURNING ${volumeColumns}, true AS changed`;
const formatted = `
  UPDATE volumes v SET formatted_generation = $3
  WHERE id = $2::uuid AND resource_id = $1::uuid AND generation = $3 AND formatted_generation < $3 RETURNING ${volumeColumns}, true AS changed`;
const select = `SELECT ${volumeColumns} FROM volumes v WHERE id = $2::uuid AND resource_id = $1::uuid`;

/** Which host wants a volume, and whether it holds a file system: as hosts say. The partner API writes it for them. Time is the database's. */
export class VolumeAttachmentStore {
  constructor(private readonly database: Database) {}

  /**
   * The host wants it; who may have it, the worker decides. `changed` is false when that was known, and when another host is waiting for it:
   * then `wantedHostId` is that host's. @param enrolledAt when the machine that asks got its certificate.
   * @throws AppError `volume_not_found`, also for one that was removed.
   */
  async attach(resourceId: ResourceId, volumeId: string, host: { readonly id: string; readonly enrolledAt: Date }): Promise<Wanted> {
    const result = await this.#write(attach, [resourceId, volumeId, host.id, host.enrolledAt]);
    if (result.volume.desired === 'removed') throw new AppError('volume_not_found', { volumeId });
    return result;
  }

  /** The host lets go of it, or gives up asking for it. Nothing changes when another one has asked meanwhile. @throws AppError `volume_not_found`. */
  async release(resourceId: ResourceId, volumeId: string, hostId: string): Promise<Wanted> {
    return await this.#write(release, [resourceId, volumeId, hostId]);
  }

  /** The disk of this generation holds a file system. Nothing changes for a generation that is over. @throws AppError `volume_not_found`. */
  async recordFormatted(resourceId: ResourceId, volumeId: string, generation: number): Promise<Wanted> {
    return await this.#write(formatted, [resourceId, volumeId, generation]);
  }

  async #write(statement: string, values: [ResourceId, string, ...unknown[]]): Promise<Wanted> {
    return await orUnavailable(async () => {
      const { rows } = await this.database.pool.query<Volume & { changed: boolean }>(statement, values);
      if (rows[0]) {
        const { changed, ...volume } = rows[0];
        return { volume, changed };
      }
      const found = await this.database.pool.query<Volume>(select, values.slice(0, 2));
      if (!found.rows[0]) throw new AppError('volume_not_found', { volumeId: values[1] });
      return { volume: found.rows[0], changed: false };
    });
  }
}
