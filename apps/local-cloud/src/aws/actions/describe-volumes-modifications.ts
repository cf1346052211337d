import type { DescribeVolumesModificationsCommandInput, DescribeVolumesModificationsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import type { Modification, Volume } from '../state/cloud-state.js';
import { findVolume, isVisible } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { Ec2Error } from '../wire/ec2-error.js';
import { describeModification } from './describe-volume.js';

interface Modified {
  volume: Volume;
  modification: Modification;
}

/** The last modification of each volume that ever had one. Asked by id, a volume without one is an error. */
export function describeVolumesModifications(
  input: DescribeVolumesModificationsCommandInput,
  cloud: Cloud,
): Answer<DescribeVolumesModificationsCommandOutput> {
  const ids = input.VolumeIds ?? [];
  const asked = ids.length > 0 ? ids.map((id) => findVolume(cloud, id)) : Object.values(cloud.state.volumes).filter(isVisible);
  const modified = asked.flatMap((volume): Modified[] => {
    const modification = volume.modifications.at(-1);
    if (modification) return [{ volume, modification }];
    if (ids.length === 0) return [];
    throw new Ec2Error('InvalidVolumeModification.NotFound', `Modification for volume '${volume.id}' does not exist.`);
  });
  const matching = matchFilters(modified, input.Filters, filterFields, () => ({}));
  const { page, ...token } = paginate(matching, input, ids, ({ volume }) => volume.id);
  const describe = ({ volume, modification }: Modified): object => describeModification(volume, modification, cloud.delays.optimizingMs);
  return { VolumesModifications: page.map(describe), ...token };
}

const filterFields: FilterFields<Modified> = {
  'volume-id': ({ volume }) => volume.id,
  'modification-state': ({ modification }) => modification.state,
  'original-size': ({ modification }) => String(modification.from.sizeGib),
  'target-size': ({ modification }) => String(modification.to.sizeGib),
  'original-volume-type': ({ modification }) => modification.from.type,
  'target-volume-type': ({ modification }) => modification.to.type,
  'start-time': ({ modification }) => new Date(modification.startedAtMs).toISOString(),
};
