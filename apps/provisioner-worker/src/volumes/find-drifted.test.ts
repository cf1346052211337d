import { randomUUID } from 'node:crypto';
import type { KnownDisk } from '@dockhero/database/volumes-to-sweep';
import type { Disk } from '@dockhero/domain/ports/disks';
import { describe, expect, it } from 'vitest';
import { findDrifted } from './find-drifted.js';

const volumeId = randomUUID();
const facts: KnownDisk = { volumeId, ebsVolumeId: 'vol-1', state: 'attached', attachedInstanceId: 'i-1', sizeGib: 2 };
const disk: Disk = {
  id: 'vol-1',
  state: 'in-use',
  zone: 'us-east-1a',
  sizeGib: 2,
  type: 'gp3',
  encrypted: true,
  attachment: { instanceId: 'i-1', device: '/dev/sdf', state: 'attached', since: new Date() },
  createdAt: new Date(),
  resourceId: randomUUID(),
  volumeId,
  generation: 1,
};

describe('the volumes whose disks are not as the facts say', () => {
  it('are none when all is so', () => {
    const free = { ...disk, id: 'vol-2', state: 'available', attachment: null } as const;
    const known = { ...facts, ebsVolumeId: 'vol-2', state: 'available', attachedInstanceId: null } as const;
    expect(findDrifted([facts, known], [disk, free])).toEqual([]);
  });

  it.each<[string, Partial<KnownDisk>, Disk[]]>([
    ['is gone', {}, []],
    ['was detached', {}, [{ ...disk, state: 'available', attachment: null }]],
    ['is at another machine', { attachedInstanceId: 'i-2' }, [disk]],
    ['has another size', { sizeGib: 1 }, [disk]],
    ['is there again', { state: 'lost' }, [disk]],
  ])('are those whose disk %s', (_, change, disks) => {
    expect(findDrifted([{ ...facts, ...change }], disks)).toEqual([volumeId]);
  });

  it('are not those that are known to be lost', () => {
    expect(findDrifted([{ ...facts, state: 'lost' }], [])).toEqual([]);
  });

  it('are those that have a disk which no facts name, but for what is on its way out and tags of others', () => {
    const other = randomUUID();
    const stray = { ...disk, id: 'vol-9', volumeId: other };
    expect(findDrifted([facts], [disk, stray])).toEqual([other]);
    expect(
      findDrifted([facts], [disk, { ...stray, state: 'deleting' }, { ...stray, volumeId: 'typed' }, { ...stray, volumeId: null }]),
    ).toEqual([]);
  });
});
