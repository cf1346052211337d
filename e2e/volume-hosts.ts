import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeSnapshotsCommand, DescribeVolumesCommand, EC2Client, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { dockerClient, dockerVariables } from './original-client.mjs';
import { eventually, type System } from './system.js';

const run = promisify(execFile);
const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--root', '--wd'];

interface Host {
  readonly instanceId: string;
  readonly docker: (args: string[], timeoutMs?: number) => Promise<string>;
}

export interface Backup {
  readonly state: string;
  readonly consistency: string | null;
  readonly failures: number;
}

/** The hosts of one add-on, from outside with the customer's certificates, and from within as their root. Numbered from 1. */
export class VolumeHosts {
  /** Volumes that more than one host had mounted at once, at any moment since it was made. */
  readonly twoWriters = new Set<string>();
  /** All that were mounted somewhere at any moment. */
  readonly seen = new Set<string>();
  readonly #ec2: EC2Client;
  readonly #watching: Promise<void>;
  #isOver = false;

  private constructor(
    private readonly system: System,
    private readonly hosts: readonly Host[],
    private readonly configUrl: string,
  ) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.#watching = this.#watch();
    this.#ec2 = new EC2Client({ endpoint: system.app.settings.urls.aws, region: 'us-east-1', credentials });
  }

  static async of(system: System, app: string): Promise<VolumeHosts> {
    const configUrl = (await system.configOf(app))['DOCKHERO_CONFIG_URL'] ?? '';
    const variables = (await dockerVariables(configUrl, join(system.folder, 'machines'))) as Record<string, string>;
    const { rows } = await system.database.query<{ id: string; address: string }>('SELECT id, address FROM hosts ORDER BY index');
    const { instances } = (await system.control('GET', '/aws/instances')) as { instances: { id: string; publicAddress: string }[] };
    const hosts = rows.map(({ address }) => ({
      instanceId: instances.find(({ publicAddress }) => publicAddress === address)?.id ?? '',
      docker: dockerClient({ ...variables, DOCKER_HOST: `tcp://${address}:2376` }, system.folder) as Host['docker'],
    }));
    await Promise.all(hosts.map(({ docker }) => eventually('an image to run', () => docker(['pull', '-q', 'busybox']))));
    return new VolumeHosts(system, hosts, configUrl);
  }

  /** Docker on one host. @throws with what it printed. */
  async docker(number: number, ...args: string[]): Promise<string> {
    return await this.#host(number).docker(args, 130_000);
  }

  /** What a container there sees in a volume; a volume that is new is made. */
  async inVolume(number: number, name: string, script: string): Promise<string> {
    return await this.docker(number, 'run', '--rm', '-v', `${name}:/data`, '--volume-driver', 'dockhero', 'busybox', 'sh', '-c', script);
  }

  async create(number: number, name: string): Promise<string> {
    return await this.docker(number, 'volume', 'create', '-d', 'dockhero', name);
  }

  /** Starts a container that writes a line into a volume, both of this name, ten times a second. */
  async counter(number: number, name: string, ...options: string[]): Promise<void> {
    const where = ['-v', `${name}:/data`, '--volume-driver', 'dockhero'];
    await this.docker(number, 'run', '-d', '--name', name, ...options, ...where, 'busybox', 'sh', '-c', countUp);
  }

  /** A stack of one service `counter`, whose task does the same in a volume `data`. */
  async deploy(stack: string): Promise<void> {
    const file = join(this.system.folder, `${stack}.yml`);
    await writeFile(file, stackfile);
    await this.docker(1, 'stack', 'deploy', '--resolve-image', 'never', '-c', file, stack);
  }

  /** Node and state of the task that is to run. */
  async task(service: string): Promise<string> {
    const format = '{{.Node}} {{.CurrentState}}';
    return await this.docker(1, 'service', 'ps', service, '--filter', 'desired-state=running', '--format', format);
  }

  /** Lines that it has written. */
  async counted(number: number, name: string): Promise<number> {
    return Number(await this.docker(number, 'exec', name, 'sh', '-c', 'wc -l < /data/n'));
  }

  /** Asks for a backup as the dashboard does. @returns its id. */
  async backUp(volume: string): Promise<string> {
    const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify({ volume })];
    const answer = await fetch(`${this.configUrl}/backups`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { id: string }).id;
  }

  async backup(id: string): Promise<Backup> {
    const { rows } = await this.system.database.query<Backup>('SELECT state, consistency, failures FROM backups WHERE id = $1', [id]);
    if (!rows[0]) throw new Error(`there is no backup ${id}`);
    return rows[0];
  }

  /** A shell script as root within a host. */
  async inside(number: number, script: string): Promise<string> {
    const command = ['--target', await this.#pid(number), ...namespaces, '--', 'bash', '--norc', '-c', script];
    return (await run('nsenter', command, { timeout: 60_000 })).stdout.trim();
  }

  async reboot(number: number): Promise<void> {
    await this.#ec2.send(new RebootInstancesCommand({ InstanceIds: [this.#host(number).instanceId] }));
  }

  /** Differs from one boot of a host to the next. */
  async bootOf(number: number): Promise<string> {
    return await this.#pid(number);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    this.#ec2.destroy();
  }

  /** Of each disk at AWS, the id of the volume that it is tagged with. */
  async disks(): Promise<string[]> {
    return await this.#disksTagged(ours.Values[0]);
  }

  /** Of each disk that was made to verify a backup, the backup's id. */
  async scratchDisks(): Promise<string[]> {
    return await this.#disksTagged('dockhero:verification');
  }

  /** Ids of our snapshots at AWS. */
  async snapshots(): Promise<string[]> {
    const { Snapshots = [] } = await this.#ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [ours] }));
    return Snapshots.map(({ SnapshotId = '' }) => SnapshotId).toSorted();
  }

  async diskOf(name: string): Promise<string> {
    const { rows } = await this.system.database.query<{ id: string }>(
      'SELECT ebs_volume_id AS id FROM volume_facts f JOIN volumes v ON v.id = f.volume_id WHERE v.name = $1',
      [name],
    );
    return rows[0]?.id ?? '';
  }

  async #disksTagged(key: string): Promise<string[]> {
    const { Volumes = [] } = await this.#ec2.send(new DescribeVolumesCommand({ Filters: [{ Name: 'tag-key', Values: [key] }] }));
    const living = Volumes.filter(({ State }) => State !== 'deleting' && State !== 'deleted');
    return living.map(({ Tags }) => Tags?.find(({ Key }) => Key === key)?.Value ?? '');
  }

  #host(number: number): Host {
    const host = this.hosts[number - 1];
    if (!host) throw new Error(`there is no host ${number}`);
    return host;
  }

  async #pid(number: number): Promise<string> {
    const file = join(this.system.folder, 'local-cloud', 'instances', this.#host(number).instanceId, 'init.pid');
    return (await readFile(file, 'utf8')).trim();
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const mounted = (await Promise.all(this.hosts.map((_, index) => this.#mountedOn(index + 1)))).flat();
      for (const name of mounted) this.seen.add(name);
      for (const name of mounted) if (mounted.indexOf(name) !== mounted.lastIndexOf(name)) this.twoWriters.add(name);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As the kernel's own table has it; a host that boots has none. */
  async #mountedOn(number: number): Promise<string[]> {
    const table = await this.#pid(number)
      .then((pid) => readFile(`/proc/${pid}/mountinfo`, 'utf8'))
      .catch(() => '');
    return [...new Set([...table.matchAll(/ \/mnt\/dockhero\/([^/ ]+) /g)].map(([, name = '']) => name))];
  }
}

/** Each line is on the disk before the next one is written. */
const countUp = 'trap exit TERM; while :; do echo . >> /data/n; sync; sleep .1; done';
const ours = { Name: 'tag-key', Values: ['dockhero:volume'] as [string] };
const stackfile = `version: '3.7'
services:
  counter:
    image: busybox
    command: sh -c 'trap exit TERM; touch /data/n; echo began at $$(wc -l < /data/n); while :; do echo . >> /data/n; sync; sleep .1; done'
    volumes: ['data:/data']
volumes:
  data:
    driver: dockhero
`;
