import { createHash } from 'node:crypto';
import type { CreateVolumeCommandInput, CreateVolumeCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { makeVolume } from '../ebs/make-volume.js';
import { readVolumeShape } from '../ebs/volume-types.js';
import type { Snapshot, Volume } from '../state/cloud-state.js';
import { findSnapshot } from '../state/find.js';
import { newId } from '../state/new-id.js';
import { readTagSpecifications } from '../state/read-tags.js';
import { Ec2Error, invalidValue, missingParameter, notFound } from '../wire/ec2-error.js';
import { describeVolume } from './describe-volume.js';

const CLIENT_TOKEN = /^[\x20-\x7e]{1,64}$/;

/** Makes a volume, blank or of a snapshot. Repeating a client token gives the same one in its present state; with other parameters it is refused. */
export function createVolume(input: CreateVolumeCommandInput, cloud: Cloud): Answer<CreateVolumeCommandOutput> {
  const earlier = findEarlier(cloud, input);
  if (earlier) return describeVolume(earlier);
  const volume = readVolume(input, cloud);
  cloud.state.volumes[volume.id] = volume;
  if (input.ClientToken) {
    cloud.state.volumeCreations[input.ClientToken] = { fingerprint: fingerprint(input), volumeId: volume.id, atMs: Date.now() };
  }
  cloud.save();
  void makeVolume(cloud, volume);
  return describeVolume(volume);
}

function findEarlier(cloud: Cloud, input: CreateVolumeCommandInput): Volume | null {
  const { ClientToken: token } = input;
  if (token !== undefined && !CLIENT_TOKEN.test(token)) throw invalidValue('Invalid client token: 1 to 64 ASCII characters.');
  const creation = token === undefined ? undefined : cloud.state.volumeCreations[token];
  if (!creation) return null;
  if (creation.fingerprint !== fingerprint(input)) {
    throw new Ec2Error(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
  const volume = cloud.state.volumes[creation.volumeId];
  if (!volume) throw notFound('InvalidVolume.NotFound', 'volume', creation.volumeId);
  return volume;
}

function fingerprint({ ClientToken: _token, DryRun: _dryRun, ...parameters }: CreateVolumeCommandInput): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}

function readVolume(input: CreateVolumeCommandInput, cloud: Cloud): Volume {
  const snapshot = input.SnapshotId ? completed(findSnapshot(cloud, input.SnapshotId)) : null;
  const now = Date.now();
  const id = newId('vol');
  return {
    ...readVolumeShape({
      sizeGib: readSize(input.Size, snapshot),
      type: input.VolumeType ?? 'gp2', // AWS's default; nobody wants it
      iops: input.Iops,
      throughput: input.Throughput,
    }),
    id,
    state: 'creating',
    encrypted: readEncryption(input, snapshot),
    zone: readZone(cloud, input.AvailabilityZone),
    snapshotId: snapshot?.id ?? null,
    lineage: snapshot?.lineage ?? id,
    createdAtMs: now,
    visibleAtMs: now + cloud.delays.visibilityMs,
    tags: readTagSpecifications(input.TagSpecifications, 'volume'),
    attachment: null,
    modifications: [],
  };
}

function completed(snapshot: Snapshot): Snapshot {
  if (snapshot.state === 'completed') return snapshot;
  throw new Ec2Error('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);
}

function readSize(size: number | undefined, snapshot: Snapshot | null): number {
  if (size === undefined && !snapshot) throw missingParameter('size/snapshot');
  const sizeGib = size ?? snapshot?.sizeGib ?? 0;
  if (snapshot && sizeGib < snapshot.sizeGib)
    throw invalidValue(`The size of a volume must be at least that of its snapshot '${snapshot.id}', ${snapshot.sizeGib} GiB.`);
  return sizeGib;
}

/** Encryption is only shown: what is on this machine's disk is not encrypted. */
function readEncryption(input: CreateVolumeCommandInput, snapshot: Snapshot | null): boolean {
  if (input.MultiAttachEnabled) throw new Ec2Error('UnsupportedOperation', 'The local cloud has no Multi-Attach.');
  if (snapshot?.encrypted && input.Encrypted === false) throw invalidValue('A volume of an encrypted snapshot is encrypted.');
  return input.Encrypted ?? snapshot?.encrypted ?? false;
}

function readZone(cloud: Cloud, zone: string | undefined): string {
  if (!zone) throw missingParameter('AvailabilityZone');
  if (!cloud.network.subnets.some((subnet) => subnet.zone === zone))
    throw new Ec2Error('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
  return zone;
}
