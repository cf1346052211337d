// All blocks of a snapshot by the EBS direct API, through the adapter that the API uses, into a sparse file, beside `cp` of the snapshot's own file to the same folder.
// Both read what is in the page cache already; both end when the file is on the disk (fsync). What the local cloud can give at all is told by a client that asks for the
// same blocks over as many connections, and neither signs, checks nor keeps anything. And once the customer's whole way, by the CLI.
import { execFileSync } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { openEbs } from '../../packages/aws/dist/ebs-client.js';
import { EbsSnapshotBlocks } from '../../packages/aws/dist/ebs-snapshot-blocks.js';
import { backUp, median } from './customer.mjs';

const contentMib = 384;
const lanes = 8;
const blockBytes = 524_288;

export async function measureDownload(system, customer, database, folder, runs) {
  await customer.docker('volume', 'create', '-d', 'dockhero', '-o', 'size=1', 'content');
  const script = `dd if=/dev/urandom of=/data/file bs=1M count=${contentMib} 2>/dev/null; sync`;
  await customer.docker('run', '--rm', '-v', 'content:/data', 'busybox', 'sh', '-c', script);
  const backup = await backUp(customer, database, 'content');
  const source = join(folder, 'local-cloud', 'ebs', 'snapshots', `${backup.snapshot_id}.img`);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const ebs = openEbs({ region: 'us-east-1', endpoint: system.settings.urls.aws });
  const blocks = new EbsSnapshotBlocks(ebs);
  const target = join(folder, 'copy.img');
  const rounds = [];
  try {
    await download(blocks, backup.snapshot_id, target); // both files into the page cache
    for (let run = 0; run < runs; run += 1) {
      const ours = () => download(blocks, backup.snapshot_id, target);
      const copy = () => copyFile(source, target);
      const plain = () => fetchPlain(system.settings.urls.aws, blocks, backup.snapshot_id);
      const took = {};
      // Each time another one is first.
      const order = Object.entries({ ours, copy, plain });
      for (const [who, act] of [...order.slice(run % 3), ...order.slice(0, run % 3)]) took[who] = await act();
      const mbs = ({ ms }) => took.ours.bytes / ms / 1_000;
      const round = { downloadMbs: mbs(took.ours), copyMbs: mbs(took.copy), plainHttpMbs: mbs(took.plain) };
      rounds.push({ ...round, ratio: round.downloadMbs / round.copyMbs, ofPlainHttp: round.downloadMbs / round.plainHttpMbs });
      process.stdout.write(
        `download ${run + 1}: ${JSON.stringify(rounds.at(-1), (_, value) => (typeof value === 'number' ? Number(value.toFixed(2)) : value))}\n`,
      );
    }
    await download(blocks, backup.snapshot_id, target);
    execFileSync('cmp', [source, target]);
  } finally {
    ebs.destroy();
    await rm(target, { force: true });
  }
  const of = (key) => median(rounds.map((round) => round[key]));
  return {
    runs,
    contentMib,
    lanes,
    downloadMbs: of('downloadMbs'),
    copyMbs: of('copyMbs'),
    plainHttpMbs: of('plainHttpMbs'),
    ratio: of('ratio'),
    ofPlainHttp: of('ofPlainHttp'),
    rounds,
    cli: await byCli(customer, backup, folder),
  };
}

async function download(blocks, snapshotId, path) {
  await rm(path, { force: true });
  const from = performance.now();
  const file = await open(path, 'wx');
  let bytes = 0;
  let page = await blocks.list(snapshotId, { index: 0 });
  for (;;) {
    const { blocks: wanted, next, sizeGib } = page;
    let at = 0;
    const lane = async () => {
      const room = Buffer.allocUnsafeSlow(blockBytes);
      for (let ref = wanted[at++]; ref; ref = wanted[at++]) {
        const read = await blocks.read(snapshotId, ref, room);
        await file.write(read.bytes, 0, blockBytes, ref.index * blockBytes);
        bytes += blockBytes;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (next === null) {
      await file.truncate(sizeGib * 2 ** 30);
      break;
    }
    page = await blocks.list(snapshotId, { next });
  }
  await file.sync();
  await file.close();
  return { bytes, ms: performance.now() - from };
}

/** The signature is not looked at; its form is. */
const authorization = `AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/ebs/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;

async function fetchPlain(url, blocks, snapshotId) {
  const agent = new Agent({ keepAlive: true });
  const from = performance.now();
  let page = await blocks.list(snapshotId, { index: 0 });
  for (;;) {
    const { blocks: wanted, next } = page;
    let at = 0;
    const lane = async () => {
      for (let ref = wanted[at++]; ref; ref = wanted[at++]) {
        const where = `${url}/snapshots/${snapshotId}/blocks/${ref.index}?blockToken=${encodeURIComponent(ref.token)}`;
        await new Promise((resolve, reject) => {
          const sent = get(where, { agent, headers: { authorization }, timeout: 15_000 }, (response) => {
            if (response.statusCode !== 200) reject(new Error(`block ${ref.index}: ${response.statusCode}`));
            response.resume().once('end', resolve).once('error', reject);
          });
          sent.once('timeout', () => sent.destroy(new Error(`block ${ref.index}: no answer`))).once('error', reject);
        });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (next === null) break;
    page = await blocks.list(snapshotId, { next });
  }
  agent.destroy();
  return { ms: performance.now() - from };
}

async function copyFile(source, path) {
  await rm(path, { force: true });
  const from = performance.now();
  execFileSync('sh', ['-c', 'cp --reflink=never --sparse=auto "$1" "$2" && sync "$2"', 'copy', source, path]);
  return { ms: performance.now() - from };
}

async function byCli(customer, backup, folder) {
  const path = join(folder, 'downloaded.img');
  const from = performance.now();
  await customer.heroku('dh:backups:download', backup.id, path);
  const ms = performance.now() - from;
  const bytes = (await stat(path)).blocks * 512;
  await rm(path);
  return { ms, bytes, mbs: bytes / ms / 1_000 };
}
