import type { DescribeVolumesCommandInput, DescribeVolumesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import type { Volume } from '../state/cloud-state.js';
import { findVolume, isVisible } from '../state/find.js';
import { matchFilters, type FilterFields } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { describeVolume } from './describe-volume.js';

/** One unknown id fails the whole call. Root volumes of instances are listed too. */
export function describeVolumes(input: DescribeVolumesCommandInput, cloud: Cloud): Answer<DescribeVolumesCommandOutput> {
  const ids = input.VolumeIds ?? [];
  const asked = ids.length > 0 ? ids.map((id) => findVolume(cloud, id)) : Object.values(cloud.state.volumes).filter(isVisible);
  const matching = matchFilters([...new Set(asked)], input.Filters, filterFields, (volume) => volume.tags);
  const { page, ...token } = paginate(matching, input, ids, (volume) => volume.id);
  return { Volumes: page.map(describeVolume), ...token };
}

const filterFields: FilterFields<Volume> = {
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.type,
  status: (volume) => volume.state,
  size: (volume) => String(volume.sizeGib),
  encrypted: (volume) => String(volume.encrypted),
  'snapshot-id': (volume) => volume.snapshotId,
  'availability-zone': (volume) => volume.zone,
  'create-time': (volume) => new Date(volume.createdAtMs).toISOString(),
  'attachment.instance-id': (volume) => volume.attachment?.instanceId ?? null,
  'attachment.status': (volume) => volume.attachment?.state ?? null,
  'attachment.device': (volume) => volume.attachment?.device ?? null,
  'attachment.delete-on-termination': (volume) => (volume.attachment ? String(volume.attachment.deleteOnTermination) : null),
};
