import { AppError } from '@dockhero/domain/errors';
import type { Connection } from './transaction.js';
import type { VolumeWithFacts } from './volume-rows.js';

/** @param by the host that has unmounted it and asks, or null. @throws AppError `volume_in_use` when a host, but for this one, has or wants the volume. */
export async function assertRemovable(connection: Connection, { volume, facts }: VolumeWithFacts, by: string | null): Promise<void> {
  const attached =
    facts && facts.state !== 'detaching' && facts.state !== 'deleted' && facts.state !== 'lost' ? facts.attachedHostId : null;
  const holder = [volume.wantedHostId, attached].find((host) => host !== null && host !== by);
  if (!holder) return;
  // A host that is gone wants nothing.
  const { rows } = await connection.query<{ index: number }>('SELECT index FROM hosts WHERE id = $1::uuid', [holder]);
  if (!rows[0]) return;
  const host = `Host ${String(rows[0].index + 1)}`;
  throw new AppError(
    'volume_in_use',
    { volume: volume.id },
    { message: `${host} uses the volume ${volume.name}, or has used it until just now. Stop the containers that use it, and try again.` },
  );
}
