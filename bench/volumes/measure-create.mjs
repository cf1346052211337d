// From `docker volume create` to a file that a container has written and synced. Two peers in each round: what AWS alone takes for making and attaching a disk, asked
// by a client that does nothing else and looks each 50 ms; and the same two docker commands with Docker's own driver.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/bootstrap/toolchain.mjs';
import { median } from './customer.mjs';

const require = createRequire(join(root, 'packages', 'aws', 'package.json'));
const {
  EC2Client,
  CreateVolumeCommand,
  AttachVolumeCommand,
  DetachVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeInstancesCommand,
} = require('@aws-sdk/client-ec2');
/** What the local cloud is set to take for `creating` and for `attaching`, at speed 1. */
const configured = { creatingMs: 1_000, attachingMs: 1_000 };

export async function measureCreate(system, customer, database, runs) {
  const ec2 = new EC2Client({
    endpoint: system.settings.urls.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const rounds = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const bareMs = await attachBare(ec2, run);
      const local = await writeFirstFile(customer, `local${run}`, 'local');
      const ours = await writeFirstFile(customer, `ours${run}`, 'dockhero', ['-o', 'size=1']);
      const stages = await stagesOf(system, database, `ours${run}`, ours);
      rounds.push({ bareMs, localMs: local.totalMs, totalMs: ours.totalMs, stages });
      process.stdout.write(
        `create ${run + 1}: ${JSON.stringify(rounds.at(-1), (_, value) => (typeof value === 'number' ? Math.round(value) : value))}\n`,
      );
      await customer.docker('volume', 'rm', `local${run}`);
    }
  } finally {
    ec2.destroy();
  }
  const cloudMs = configured.creatingMs + configured.attachingMs;
  return {
    runs,
    totalMs: median(rounds.map(({ totalMs }) => totalMs)),
    bareMs: median(rounds.map(({ bareMs }) => bareMs)),
    localDriverMs: median(rounds.map(({ localMs }) => localMs)),
    beyondConfiguredMs: median(rounds.map(({ totalMs }) => totalMs - cloudMs)),
    beyondBareMs: median(rounds.map(({ totalMs, bareMs }) => totalMs - bareMs)),
    beyondBareAndLocalMs: median(rounds.map(({ totalMs, bareMs, localMs }) => totalMs - bareMs - localMs)),
    stages: Object.fromEntries(Object.keys(rounds[0].stages).map((stage) => [stage, median(rounds.map(({ stages }) => stages[stage]))])),
    configured,
    rounds,
  };
}

async function writeFirstFile(customer, name, driver, options = []) {
  const beganAt = Date.now();
  const { ms: createMs } = await customer.docker('volume', 'create', '-d', driver, ...options, name);
  const { ms: runMs } = await customer.dockerUntil(
    'written',
    'run',
    '--rm',
    '-v',
    `${name}:/data`,
    'busybox',
    'sh',
    '-c',
    'echo x > /data/file && sync && echo written',
  );
  return { beganAt, createMs, totalMs: createMs + runMs };
}

/** Where the time went, by when AWS was asked for what. The container's removal is in none of it. */
async function stagesOf(system, database, name, { beganAt, createMs, totalMs }) {
  const { rows } = await database.query(
    'SELECT f.ebs_volume_id FROM volumes v JOIN volume_facts f ON f.volume_id = v.id WHERE v.name = $1',
    [name],
  );
  const response = await fetch(`${system.settings.urls.control}/aws/journal`, { signal: AbortSignal.timeout(10_000) });
  const { entries } = await response.json();
  const at = (action, isIt) =>
    (entries.find((entry) => entry.action === action && entry.atMs >= beganAt && isIt(entry))?.atMs ?? Number.NaN) - beganAt;
  const createdMs = at('CreateVolume', () => true);
  const attachedMs = at('AttachVolume', ({ input, outcome }) => outcome === 'ok' && input.VolumeId === rows[0]?.ebs_volume_id);
  return {
    'until AWS is asked for the disk': createdMs,
    'AWS makes it': configured.creatingMs,
    'until `docker volume create` has returned': createMs - createdMs - configured.creatingMs,
    'from there until AWS is asked to attach it': attachedMs - createMs,
    'AWS attaches it': configured.attachingMs,
    'until the file is written': totalMs - attachedMs - configured.attachingMs,
  };
}

/** @returns milliseconds from our call of CreateVolume until EC2 shows the disk as attached. The disk goes again. */
async function attachBare(ec2, run) {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }),
  );
  const { InstanceId, Placement } = Reservations[0].Instances[0];
  const from = performance.now();
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: Placement.AvailabilityZone, Size: 1, VolumeType: 'gp3' }),
  );
  await until(ec2, VolumeId, (volume) => volume.State === 'available');
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: `/dev/sd${String.fromCharCode(112 + (run % 8))}` }));
  await until(ec2, VolumeId, (volume) => volume.Attachments?.[0]?.State === 'attached');
  const ms = performance.now() - from;
  await ec2.send(new DetachVolumeCommand({ VolumeId }));
  await until(ec2, VolumeId, (volume) => volume.State === 'available');
  await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  return ms;
}

async function until(ec2, id, isSo) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] })).catch(() => ({}));
    if (Volumes[0] && isSo(Volumes[0])) return;
  }
  throw new Error(`${id}: not in time`);
}
