import { AppError } from '@dockhero/domain/errors';
import type { FakeStorage } from './fake-storage.js';

const devices = [
  ...'fghijklmnop'.split('').map((letter) => `/dev/sd${letter}`),
  ...'abcdefghijklmnopqrstuvwxyz'.split('').map((letter) => `/dev/xvdb${letter}`),
];

/** AttachVolume with its rules. @throws AppError `disk_in_use`, `disk_zone`, `disk_limit`, `aws_lagging`. */
export function attachDisk(storage: FakeStorage, id: string, instanceId: string): void {
  const now = storage.now();
  const disk = storage.disk(id);
  const { attachment } = disk;
  if (attachment) {
    if (attachment.state === 'detaching' || attachment.state === 'busy') throw lagging('IncorrectState');
    if (attachment.instanceId === instanceId) return;
    throw new AppError('disk_in_use', { awsCode: 'VolumeInUse', instanceId: attachment.instanceId });
  }
  if (disk.state !== 'available') throw lagging('IncorrectState');
  const instance = storage.instance(instanceId);
  if (!instance || instance.state === 'terminated') throw lagging('InvalidInstanceID.NotFound');
  if (!['running', 'stopped'].includes(instance.state)) throw lagging('IncorrectState');
  if (storage.cloud.zoneOf(instance.spec.subnetId) !== disk.spec.zone)
    throw new AppError('disk_zone', { awsCode: 'InvalidVolume.ZoneMismatch' });
  const taken = storage.alive().flatMap((other) => (other.attachment?.instanceId === instanceId ? [other.attachment.device] : []));
  const device = devices.find((name) => !taken.includes(name) && !storage.ghosts.has(`${instanceId}/${name}`));
  if (taken.length >= storage.attachmentLimit || !device) {
    const message = `AWS attaches no further disk to this host: it has ${taken.length} already.`;
    throw new AppError('disk_limit', { awsCode: 'AttachmentLimitExceeded' }, { message });
  }
  Object.assign(disk, { state: 'in-use', attachment: { instanceId, device, state: 'attaching', since: now } });
}

function lagging(awsCode: string): AppError {
  return new AppError('aws_lagging', { awsCode });
}
