import type { ModifyVolumeCommandInput, ModifyVolumeCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { finishModification } from '../ebs/finish-modification.js';
import { isRootVolume } from '../ebs/take-snapshot.js';
import { readVolumeShape } from '../ebs/volume-types.js';
import type { Modification, Volume, VolumeShape } from '../state/cloud-state.js';
import { findVolume } from '../state/find.js';
import { Ec2Error, invalidCombination, invalidValue, missingParameter } from '../wire/ec2-error.js';
import { describeModification } from './describe-volume.js';

const MODIFICATIONS_MAX = 4;

/**
 * Changes size, type or performance, also while the volume is in use. It never shrinks. The last modification must be completed, and
 * there are at most four in 24 hours (of AWS's time: `LOCAL_CLOUD_SPEED` divides them).
 */
export function modifyVolume(input: ModifyVolumeCommandInput, cloud: Cloud): Answer<ModifyVolumeCommandOutput> {
  if (!input.VolumeId) throw missingParameter('VolumeId');
  const volume = findVolume(cloud, input.VolumeId);
  const nowMs = Date.now();
  refuse(cloud, volume, nowMs);
  const to = readTarget(input, volume);
  const { sizeGib, type, iops, throughput } = volume;
  const modification: Modification = {
    state: 'modifying',
    from: { sizeGib, type, iops, throughput },
    to,
    startedAtMs: nowMs,
    endedAtMs: null,
  };
  volume.modifications = [...volume.modifications, modification].slice(-MODIFICATIONS_MAX);
  Object.assign(volume, to);
  cloud.save();
  void finishModification(cloud, volume);
  return { VolumeModification: describeModification(volume, modification, cloud.delays.optimizingMs) };
}

function refuse(cloud: Cloud, volume: Volume, nowMs: number): void {
  if (isRootVolume(cloud, volume))
    throw new Ec2Error('UnsupportedOperation', `The local cloud does not modify root volumes such as '${volume.id}'.`);
  if (!['available', 'in-use'].includes(volume.state))
    throw new Ec2Error(
      'IncorrectState',
      `The volume '${volume.id}' is '${volume.state}'; a modification needs it 'available' or 'in-use'.`,
    );
  const last = volume.modifications.at(-1);
  if (last && last.state !== 'completed') {
    const why = `Cannot modify volume ${volume.id} in modification state ${last.state.toUpperCase()}`;
    throw new Ec2Error('IncorrectModificationState', why);
  }
  const freeAtMs = (volume.modifications.at(-MODIFICATIONS_MAX)?.startedAtMs ?? -Infinity) + cloud.delays.modificationWindowMs;
  if (nowMs < freeAtMs) {
    const why = `You've reached the maximum modification rate per volume limit. Wait until ${new Date(freeAtMs).toISOString()}.`;
    throw new Ec2Error('VolumeModificationRateExceeded', why);
  }
}

function readTarget(input: ModifyVolumeCommandInput, volume: Volume): VolumeShape {
  const { Size: sizeGib = volume.sizeGib, VolumeType: type = volume.type, Iops: iops, Throughput: throughput } = input;
  if (sizeGib < volume.sizeGib)
    throw invalidValue(`New size cannot be smaller than existing size: ${sizeGib} GiB is less than ${volume.sizeGib} GiB.`);
  if (input.Size === undefined && input.VolumeType === undefined && iops === undefined && throughput === undefined)
    throw invalidCombination('No modification is asked for.');
  const isSameType = type === volume.type && type !== 'gp2';
  return readVolumeShape({
    sizeGib,
    type,
    iops: iops ?? ((isSameType && volume.iops) || undefined),
    throughput: throughput ?? ((isSameType && volume.throughput) || undefined),
  });
}
