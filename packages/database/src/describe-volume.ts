import { AppError } from '@dockhero/domain/errors';
import type { GivenOptions } from '@dockhero/domain/volumes/parse-options';
import type { Volume } from '@dockhero/domain/volumes/volume';

const speed = ({ iops, throughput }: Volume) =>
  `${iops === null ? '' : `, ${String(iops)} iops`}${throughput === null ? '' : `, ${String(throughput)} MiB/s`}`;
const daily = ({ backups }: Volume) => (backups === 'daily' ? 'backed up daily' : 'no daily backups');

/** For the audit trail. */
export function describeNew(volume: Volume): string {
  const { name, sizeGib, type, fs } = volume;
  return `Volume ${name} was made: ${String(sizeGib)} GiB, ${type}${speed(volume)}, ${fs}, ${daily(volume)}`;
}

/** For the audit trail: what is different. */
export function describeChange(before: Volume, after: Volume): string {
  const changes = [
    after.sizeGib === before.sizeGib ? null : `${String(after.sizeGib)} GiB instead of ${String(before.sizeGib)}`,
    after.type === before.type ? null : `type ${after.type}${speed(after)} instead of ${before.type}`,
    after.backups === before.backups ? null : daily(after),
  ];
  return `Volume ${after.name} was changed: ${changes.filter((text) => text !== null).join(', ')}`;
}

/**
 * What somebody has said of a volume that is there already. @returns a sentence when it has another size or speed, which is no reason to stop;
 * null when all agrees. @throws AppError `volume_options` for another type or file system.
 */
export function compareOptions(volume: Volume, given: GivenOptions): string | null {
  for (const option of ['type', 'fs'] as const) {
    if (given[option] === undefined || given[option] === volume[option]) continue;
    const message = `The volume ${volume.name} is there already, with ${option} ${volume[option]} and not ${given[option]}. Leave the option out, or take another name.`;
    throw new AppError('volume_options', { volume: volume.id }, { message });
  }
  const other = (['sizeGib', 'iops', 'throughput', 'backups'] as const).filter(
    (option) => given[option] !== undefined && given[option] !== volume[option],
  );
  if (other.length === 0) return null;
  const said = other.map((option) => `${option === 'sizeGib' ? 'size' : option} ${String(given[option])}`).join(', ');
  return `Docker asks for volume ${volume.name} with ${said}: it stays as it is, ${String(volume.sizeGib)} GiB. heroku dh:volumes:resize changes it`;
}
