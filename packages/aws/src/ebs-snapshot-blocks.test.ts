import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EBSClient } from '@aws-sdk/client-ebs';
import { snapshotBlockBytes } from '@dockhero/domain/ports/snapshot-blocks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEbs } from './ebs-client.js';
import { EbsSnapshotBlocks } from './ebs-snapshot-blocks.js';
import { ScriptedAws, type AwsAnswer } from './testing/scripted-aws.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

let aws: ScriptedAws;
let ebs: EBSClient;
let blocks: EbsSnapshotBlocks;
let answers: AwsAnswer[];

beforeEach(async () => {
  aws = await ScriptedAws.start();
  ebs = openEbs({ region: 'us-east-1', endpoint: aws.endpoint });
  blocks = new EbsSnapshotBlocks(ebs, 300);
  answers = [];
  aws.answer = () => answers.shift() ?? ebsError('InternalServerException', 500);
});
afterEach(async () => {
  ebs.destroy();
  await aws.stop();
});

const json = (body: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const ebsError = (type: string, status = 400, Reason = ''): AwsAnswer => ({
  status,
  headers: { 'x-amzn-ErrorType': type, 'content-type': 'application/json' },
  body: JSON.stringify({ Message: 'no', Reason }),
});
const page = (fields: object) => json({ BlockSize: snapshotBlockBytes, VolumeSize: 1, ExpiryTime: 1_800_000_000, ...fields });

function block(bytes: Buffer, checksum = createHash('sha256').update(bytes).digest('base64'), declared = bytes.length): AwsAnswer {
  const headers = { 'x-amz-Data-Length': String(declared), 'x-amz-Checksum': checksum, 'x-amz-Checksum-Algorithm': 'SHA256' };
  return { headers, body: bytes };
}

describe('the blocks of a snapshot', () => {
  it('are listed page by page, some of them empty', async () => {
    answers = [
      page({ Blocks: [{ BlockIndex: 3, BlockToken: 'AAA' }], NextToken: 'two' }),
      page({ Blocks: [], NextToken: 'three' }),
      page({ Blocks: [] }),
    ];
    expect(await blocks.list('snap-1', { index: 2 })).toEqual({ blocks: [{ index: 3, token: 'AAA' }], sizeGib: 1, next: 'two' });
    expect(await blocks.list('snap-1', { next: 'two' })).toEqual({ blocks: [], sizeGib: 1, next: 'three' });
    expect((await blocks.list('snap-1', { next: 'three' })).next).toBeNull();
    expect(aws.requests.map(({ path, params }) => [path, params.get('startingBlockIndex'), params.get('pageToken')])).toEqual([
      ['/snapshots/snap-1/blocks', '2', undefined],
      ['/snapshots/snap-1/blocks', undefined, 'two'],
      ['/snapshots/snap-1/blocks', undefined, 'three'],
    ]);
  });

  it('are asked for again when EBS slows us down, though it says so with status 400', async () => {
    answers = [ebsError('RequestThrottledException', 400, 'ACCOUNT_THROTTLED'), page({ Blocks: [] })];
    expect((await blocks.list('snap-1', { index: 0 })).blocks).toEqual([]);
  });

  it('are read with their token', async () => {
    const bytes = randomBytes(snapshotBlockBytes);
    answers = [block(bytes)];
    const read = await blocks.read('snap-1', { index: 3, token: 'AAA=' });
    expect(read.bytes.equals(bytes)).toBe(true);
    expect(read.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(aws.requests.map(({ path, params }) => [path, params.get('blockToken')])).toEqual([['/snapshots/snap-1/blocks/3', 'AAA=']]);
  });

  it('are asked for with a signature of just what is sent', async () => {
    answers = [block(randomBytes(snapshotBlockBytes))];
    await blocks.read('snap-1', { index: 3, token: 'A+/=&B' });
    const [{ url, headers } = { url: '', headers: {} }] = aws.requests;
    expect(aws.requests).toHaveLength(1);
    expect(headers.authorization).toBe(authorizationOf(url, headers));
  });

  it('are asked for again when the first answer is no block, whatever it is', async () => {
    const bytes = randomBytes(snapshotBlockBytes);
    const refusals = [
      ebsError('RequestThrottledException', 400, 'ACCOUNT_THROTTLED'),
      ebsError('InternalServerException', 500),
      { body: '', cut: true },
    ];
    for (const refusal of refusals) {
      answers = [refusal, block(bytes)];
      expect((await blocks.read('snap-1', { index: 3, token: 'AAA' })).bytes.equals(bytes)).toBe(true);
    }
  });

  it('are put where they are wanted, and into nothing else, also when the SDK has asked again', async () => {
    const bytes = randomBytes(snapshotBlockBytes);
    for (const refused of [[], [ebsError('InternalServerException', 500)]]) {
      const room = Buffer.alloc(2 * snapshotBlockBytes);
      answers = [...refused, block(bytes)];
      const read = await blocks.read('snap-1', { index: 3, token: 'AAA' }, room.subarray(1, 1 + snapshotBlockBytes));
      expect(read.bytes.buffer).toBe(room.buffer);
      expect(room.equals(Buffer.concat([Buffer.alloc(1), bytes, Buffer.alloc(snapshotBlockBytes - 1)]))).toBe(true);
    }
  });

  it('are refused with AWS’s reason', async () => {
    aws.answer = () => ebsError('ValidationException', 400, 'INVALID_BLOCK_TOKEN');
    await expect(blocks.read('snap-1', { index: 3, token: 'AAA' })).rejects.toMatchObject({
      code: 'aws_rejected',
      detail: { awsCode: 'ValidationException' },
    });
  });

  it('are not believed when checksum or length differ', async () => {
    const bytes = randomBytes(snapshotBlockBytes);
    const other = createHash('sha256').update('other').digest('base64');
    const wrong = [
      block(bytes, other),
      block(bytes.subarray(1)),
      block(Buffer.concat([bytes, bytes])),
      block(bytes, undefined, 1),
      block(bytes, ''),
    ];
    for (const answer of wrong) {
      answers = [answer];
      await expect(blocks.read('snap-1', { index: 3, token: 'AAA' })).rejects.toMatchObject({ code: 'aws_unavailable' });
    }
  });

  it('are given up when their bytes stop coming', async () => {
    answers = [{ ...block(randomBytes(1_000)), stalls: true }];
    await expect(blocks.read('snap-1', { index: 3, token: 'AAA' })).rejects.toMatchObject({ code: 'aws_unavailable' });
  });

  it('that differ are counted over all pages', async () => {
    const both = { BlockIndex: 1, FirstBlockToken: 'A', SecondBlockToken: 'B' };
    answers = [
      page({ ChangedBlocks: [both, { BlockIndex: 2, SecondBlockToken: 'C' }], NextToken: 'two' }),
      page({ ChangedBlocks: [], NextToken: 'three' }),
      page({ ChangedBlocks: [{ BlockIndex: 3, FirstBlockToken: 'D' }] }),
    ];
    expect(await blocks.countChanged('snap-1', 'snap-2')).toBe(3);
    expect(aws.requests.map(({ path, params }) => [path, params.get('firstSnapshotId'), params.get('pageToken')])).toEqual([
      ['/snapshots/snap-2/changedblocks', 'snap-1', undefined],
      ['/snapshots/snap-2/changedblocks', 'snap-1', 'two'],
      ['/snapshots/snap-2/changedblocks', 'snap-1', 'three'],
    ]);
  });

  it('are of one size, or nothing is counted', async () => {
    answers = [json({ BlockSize: 4_096, ChangedBlocks: [] })];
    await expect(blocks.countChanged('snap-1', 'snap-2')).rejects.toMatchObject({ code: 'aws_rejected' });
    answers = [ebsError('ValidationException', 400, 'UNRELATED_SNAPSHOTS')];
    await expect(blocks.countChanged('snap-1', 'snap-2')).rejects.toMatchObject({ code: 'aws_rejected' });
  });
});

/** Signature Version 4 of a GET without a body, as AWS describes it, made of what came over the wire. */
function authorizationOf(url: string, headers: IncomingHttpHeaders): string {
  const { pathname, search } = new URL(url, aws.endpoint);
  const at = String(headers['x-amz-date']);
  const scope = `${at.slice(0, 8)}/us-east-1/ebs/aws4_request`;
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const emptyHash = createHash('sha256').digest('hex');
  const canonical = ['GET', pathname, search.slice(1), lines.join(''), signed, emptyHash].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', at, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from('AWS4test'));
  return `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${signed}, Signature=${hmac(key, toSign).toString('hex')}`;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
