import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../block-index.js';
import { createDirectWorld, type DirectWorld } from './testing/direct-world.js';
import { sumOf } from './testing/snapshot-content.js';
import { begin, completed } from './testing/upload.js';

const PATH = '/usr/bin:/bin'; // Debian's awscli; elsewhere on the path may be another
const COMMAND_TIMEOUT_MS = 30_000;

function isInstalled(): boolean {
  try {
    execFileSync('aws', ['--version'], { env: { PATH }, stdio: 'ignore', timeout: COMMAND_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

// The AWS CLI has a model of its own: what it reads and writes was not made from the SDK's.
describe.skipIf(!isInstalled())("the AWS CLI's ebs commands", () => {
  let world: DirectWorld;
  let home: string;

  beforeAll(async () => {
    world = await createDirectWorld();
    home = await mkdtemp(path.join(os.tmpdir(), 'dockhero-cli-'));
  });
  afterAll(async () => {
    await world.close();
    await rm(home, { recursive: true, force: true });
  });

  const file = (name: string): string => path.join(home, name);

  it('write a snapshot, read it back, and see what changed', async () => {
    const bytes = randomBytes(BLOCK_BYTES);
    await writeFile(file('block'), bytes);
    const parent = await world.addSnapshot();
    const started = await aws('start-snapshot', '--volume-size', '1', '--parent-snapshot-id', parent.id, '--tags', 'Key=k,Value=v');
    expect(started).toMatchObject({
      Status: 'pending',
      BlockSize: BLOCK_BYTES,
      ParentSnapshotId: parent.id,
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(new Date(String(started['StartTime'])).getFullYear()).toBe(new Date().getFullYear());
    const id = String(started['SnapshotId']);
    const ofSnapshot = ['--snapshot-id', id];
    const sum = ['--checksum', sumOf(bytes), '--checksum-algorithm', 'SHA256'];
    const data = ['--block-data', file('block'), '--data-length', String(BLOCK_BYTES)];
    expect(await aws('put-snapshot-block', ...ofSnapshot, '--block-index', '3', ...data, ...sum)).toMatchObject({ Checksum: sumOf(bytes) });
    expect(await aws('complete-snapshot', ...ofSnapshot, '--changed-blocks-count', '1')).toEqual({ Status: 'pending' });
    await completed(world, id);

    const { Blocks } = (await aws('list-snapshot-blocks', ...ofSnapshot)) as { Blocks: { BlockIndex: number; BlockToken: string }[] };
    expect(Blocks.map(({ BlockIndex }) => BlockIndex)).toEqual([3]);
    const token = ['--block-token', Blocks[0]?.BlockToken ?? ''];
    const got = await aws('get-snapshot-block', ...ofSnapshot, '--block-index', '3', ...token, file('copy'));
    expect([Number(got['DataLength']), got['Checksum']]).toEqual([BLOCK_BYTES, sumOf(bytes)]);
    expect((await readFile(file('copy'))).equals(bytes)).toBe(true);
    const changed = await aws('list-changed-blocks', '--first-snapshot-id', parent.id, '--second-snapshot-id', id);
    expect(changed).toMatchObject({ ChangedBlocks: [{ BlockIndex: 3, SecondBlockToken: expect.any(String) }], VolumeSize: 1 });
  }, 120_000);

  it('name the error', async () => {
    const id = await begin(world);
    await expect(aws('list-snapshot-blocks', '--snapshot-id', id)).rejects.toThrow(/\(ValidationException\).*ListSnapshotBlocks.*pending/);
    await expect(aws('list-snapshot-blocks', '--snapshot-id', 'snap-0')).rejects.toThrow(/\(ResourceNotFoundException\)/);
  }, 60_000);

  async function aws(...args: string[]): Promise<Record<string, unknown>> {
    const options = ['--endpoint-url', world.url, '--region', 'us-east-1', '--output', 'json', 'ebs', ...args];
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-checked', AWS_EC2_METADATA_DISABLED: 'true' };
    const { stdout } = await promisify(execFile)('aws', options, { env: { PATH, HOME: home, ...keys }, timeout: COMMAND_TIMEOUT_MS });
    return JSON.parse(stdout) as Record<string, unknown>;
  }
});
