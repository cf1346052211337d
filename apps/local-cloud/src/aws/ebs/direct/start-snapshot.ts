import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT_ID } from '../../network-layout.js';
import type { Snapshot, Tags, Upload } from '../../state/cloud-state.js';
import { newId } from '../../state/new-id.js';
import { readTags, writeTags } from '../../state/read-tags.js';
import { Ec2Error } from '../../wire/ec2-error.js';
import { BLOCK_BYTES } from '../block-index.js';
import type { DirectCloud } from './direct-cloud.js';
import { EbsError, invalid } from './ebs-error.js';
import { findReadable } from './find-snapshot.js';
import { operation, snapshotId, type DirectAnswer } from './operation.js';

const MINUTE_MS = 60_000;
const DEFAULT_KEY = `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/00000000-0000-4000-8000-000000000000`;

const input = z.object({
  VolumeSize: z.number().int().min(1).max(65_536),
  ParentSnapshotId: snapshotId.nullish(),
  Tags: z.array(z.object({ Key: z.string().max(127), Value: z.string().max(255).default('') })).default([]),
  Description: z.string().max(255).default(''),
  ClientToken: z
    .string()
    .regex(/^\S{1,255}$/)
    .nullish(),
  Encrypted: z.boolean().nullish(),
  KmsKeyArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:.*:\d{12}:key\/.*$/)
    .nullish(),
  Timeout: z.number().int().min(10).max(4_320).default(60),
});
type Input = z.output<typeof input>;

/** Begins a snapshot that is written block by block: blank, or as its parent is. The same client token again gives the same snapshot. */
export const startSnapshot = operation({
  name: 'StartSnapshot',
  method: 'POST',
  url: '/snapshots',
  collect: ({ body }) => parseObject(body),
  input,
  async run({ ClientToken, ...wanted }, cloud) {
    const token = ClientToken ?? randomUUID();
    const fingerprint = createHash('sha256').update(JSON.stringify(wanted)).digest('hex');
    const upload = await cloud.starts.run(token, async () => {
      const earlier = Object.values(cloud.state.uploads).find((candidate) => candidate.clientToken === token);
      if (earlier && earlier.fingerprint !== fingerprint) {
        throw new EbsError('ConflictException', 'The client token has been used for another request.', 409);
      }
      return earlier ?? begin(cloud, wanted, token, fingerprint);
    });
    return present(cloud, upload);
  },
});

async function begin(cloud: DirectCloud, wanted: Omit<Input, 'ClientToken'>, clientToken: string, fingerprint: string): Promise<Upload> {
  const parent = wanted.ParentSnapshotId ? findReadable(cloud, wanted.ParentSnapshotId) : null;
  check(wanted, parent);
  const id = newId('snap');
  const encrypted = wanted.Encrypted === true || (parent?.encrypted ?? false);
  const tags = tagsOf(wanted);
  await cloud.store.createSnapshot(id, wanted.VolumeSize, parent?.id ?? null);
  await cloud.uploads.begin(id);
  const nowMs = cloud.now();
  cloud.state.snapshots[id] = {
    id,
    volumeId: null,
    sizeGib: wanted.VolumeSize,
    state: 'pending',
    statusMessage: null,
    description: wanted.Description,
    encrypted,
    startedAtMs: nowMs,
    completedAtMs: null,
    visibleAtMs: nowMs + cloud.visibilityMs,
    lineage: parent?.lineage ?? id,
    tags,
  };
  const upload: Upload = {
    snapshotId: id,
    clientToken,
    fingerprint,
    parentSnapshotId: parent?.id ?? null,
    kmsKeyArn: encrypted ? (wanted.KmsKeyArn ?? DEFAULT_KEY) : null,
    timeoutMs: wanted.Timeout * MINUTE_MS,
    sealedBlocks: null,
  };
  cloud.state.uploads[id] = upload;
  cloud.save();
  return upload;
}

function check({ VolumeSize, ParentSnapshotId, Encrypted, KmsKeyArn }: Omit<Input, 'ClientToken'>, parent: Snapshot | null): void {
  if (ParentSnapshotId && typeof Encrypted === 'boolean') {
    throw invalid('INVALID_PARAMETER_VALUE', 'Encrypted and ParentSnapshotId exclude each other.');
  }
  if (KmsKeyArn && Encrypted !== true && !parent?.encrypted) {
    throw invalid('INVALID_PARAMETER_VALUE', 'KmsKeyArn needs Encrypted, or an encrypted parent.');
  }
  if (parent && VolumeSize < parent.sizeGib) {
    throw invalid('INVALID_VOLUME_SIZE', `VolumeSize must be at least the parent's, ${parent.sizeGib} GiB.`);
  }
}

function tagsOf({ Tags: list }: Pick<Input, 'Tags'>): Tags {
  try {
    return readTags(list);
  } catch (error) {
    throw error instanceof Ec2Error ? invalid('INVALID_TAG', error.message) : error;
  }
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString()));
  } catch {
    throw invalid('INVALID_PARAMETER_VALUE', 'The body is not a JSON object.');
  }
}

function present({ state }: DirectCloud, { snapshotId: id, parentSnapshotId, kmsKeyArn }: Upload): DirectAnswer {
  const snapshot = state.snapshots[id];
  if (!snapshot) throw new Error(`${id} has an upload but no record`);
  return {
    status: 201,
    body: {
      SnapshotId: id,
      OwnerId: ACCOUNT_ID,
      Status: snapshot.state,
      StartTime: snapshot.startedAtMs / 1_000,
      VolumeSize: snapshot.sizeGib,
      BlockSize: BLOCK_BYTES,
      Description: snapshot.description,
      Tags: writeTags(snapshot.tags),
      ParentSnapshotId: parentSnapshotId ?? undefined,
      KmsKeyArn: kmsKeyArn ?? undefined,
    },
  };
}
