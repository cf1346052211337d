import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../../scripts/services/run-service.mjs';

/** Without KVM, on a machine that is busy. */
const bootMs = 240_000;
const dockerMs = 90_000;

/** What the kernel needs before there is a root file system, in the order of its dependencies. */
const modules = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci',
  'drivers/block/virtio_blk',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
  'fs/overlayfs/overlay',
];

const init = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev
for module in ${modules.map((name) => path.basename(name)).join(' ')}; do $b insmod /modules/$module.ko; done
$b mount -t ext4 -o ro /dev/vda /base
$b mount -t tmpfs upper /upper && $b mkdir /upper/files /upper/work
$b mount -t overlay overlay -o lowerdir=/base,upperdir=/upper/files,workdir=/upper/work /root
$b cp -a /files/. /root/
$b mkdir -p /root/var/lib/docker && $b mount -t ext4 /dev/vdb /root/var/lib/docker
for link in lo eth0; do $b ip link set $link up; done
$b ip addr add 10.0.2.15/24 dev eth0
exec $b switch_root /root /sbin/init
`;

const units = {
  'docker.service.d/test.conf': `[Service]
ExecStart=
ExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock -H tcp://0.0.0.0:2375 --containerd=/run/containerd/containerd.sock --bridge=none --iptables=false
`,
  'dockhero-agent.service': `[Service]
ExecStart=node --jitless --max-old-space-size=24 --max-semi-space-size=1 --v8-pool-size=1 /usr/local/lib/dockhero/agent/current.mjs
Restart=always
OOMScoreAdjust=-900
`,
};

export interface VirtualHostParts {
  /** The file system of instances. */
  readonly base: string;
  /** Of `ensureKernel`. */
  readonly kernel: string;
  readonly bundle: string;
  /** `cert.pem`, `key.pem` and `ca.pem` of the host. */
  readonly tlsDir: string;
}

/** The kernel of EC2's Debian 12 images, as files of its package; made once, from Debian's mirror. @returns the folder. */
export function ensureKernel(cacheDir: string, suite: string): string {
  const dir = path.join(cacheDir, `kernel-${suite}`);
  if (existsSync(dir)) return dir;
  const building = `${dir}.building-${String(process.pid)}`;
  const args = ['--mode=root', '--variant=extract', '--format=directory', '--include=linux-image-cloud-amd64', suite, building];
  execFileSync('mmdebstrap', args, { stdio: 'ignore', timeout: 300_000 });
  if (existsSync(dir)) rmSync(building, { recursive: true });
  else renameSync(building, dir);
  return dir;
}

/**
 * A host with a kernel of its own: Debian 12 with systemd, dockerd and the agent, 1 GiB of memory, in QEMU's emulator, so that it needs nothing of this machine.
 * Its control groups are version 2, as on EC2.
 */
export class VirtualHost {
  #qemu: ChildProcess | null = null;
  #dockerPort = 0;
  agentPort = 0;

  /** @param dir for its disks and its console, `console.log`. */
  constructor(
    private readonly dir: string,
    private readonly parts: VirtualHostParts,
  ) {}

  /** Until Docker answers. @throws Error with the end of its console. */
  async start(): Promise<void> {
    const at = (name: string): string => path.join(this.dir, name);
    this.#packInitrd();
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-d', this.parts.base, at('base.img'), '2G'], { timeout: 60_000 });
    writeFileSync(at('docker.img'), '');
    truncateSync(at('docker.img'), 4 * 2 ** 30);
    execFileSync('mkfs.ext4', ['-q', '-F', at('docker.img')]);
    [this.#dockerPort, this.agentPort] = [await freePort(), await freePort()];
    const forwards = [`tcp:127.0.0.1:${String(this.#dockerPort)}-:2375`, `tcp:127.0.0.1:${String(this.agentPort)}-:2378`];
    const boot = path.join(this.parts.kernel, 'boot');
    const kernel = readdirSync(boot).find((name) => name.startsWith('vmlinuz')) ?? '';
    const disks = [`file=${at('base.img')},readonly=on`, `file=${at('docker.img')}`];
    const args = [
      '-machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nodefaults -display none -no-reboot'.split(' '),
      ['-kernel', path.join(boot, kernel), '-initrd', at('initrd.img'), '-append', 'console=ttyS0 panic=-1 apparmor=0'],
      ['-serial', `file:${at('console.log')}`],
      disks.flatMap((disk) => ['-drive', `${disk},if=virtio,format=raw`]),
      ['-nic', ['user,model=virtio-net-pci,restrict=on', ...forwards.map((forward) => `hostfwd=${forward}`)].join(',')],
    ].flat();
    this.#qemu = spawn('qemu-system-x86_64', args, { stdio: 'ignore' });
    for (const until = Date.now() + bootMs; !(await this.#answers());) {
      if (Date.now() > until || this.#qemu.exitCode !== null)
        throw new Error(`it does not boot: ${readFileSync(at('console.log'), 'utf8').slice(-4000)}`);
      await delay(500);
    }
    this.#loadImage();
  }

  /** @returns what it printed. @throws Error with what it complained about. */
  async docker(...args: string[]): Promise<string> {
    return (await promisify(execFile)('docker', ['--host', this.#host, ...args], { timeout: dockerMs })).stdout.trim();
  }

  async stop(): Promise<void> {
    const qemu = this.#qemu;
    if (!qemu || qemu.exitCode !== null || qemu.signalCode !== null) return;
    qemu.kill('SIGKILL');
    await once(qemu, 'exit');
  }

  get #host(): string {
    return `tcp://127.0.0.1:${String(this.#dockerPort)}`;
  }

  async #answers(): Promise<boolean> {
    return await this.docker('version').then(
      () => true,
      () => false,
    );
  }

  /** Busybox with everything that the tests run. */
  #loadImage(): void {
    const root = path.join(this.dir, 'image');
    mkdirSync(path.join(root, 'bin'), { recursive: true });
    copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
    for (const name of ['sh', 'sleep', 'cat', 'dd']) symlinkSync('busybox', path.join(root, 'bin', name));
    const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 2 ** 26 });
    execFileSync('docker', ['--host', this.#host, 'import', '-', 'busybox'], {
      input: tar,
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: dockerMs,
    });
  }

  /** First what finds the disks, then what lies over the file system of instances. */
  #packInitrd(): void {
    const root = path.join(this.dir, 'initrd');
    const put = (name: string, content: string | Buffer): void => {
      mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(root, name), content);
    };
    for (const name of ['proc', 'sys', 'dev', 'base', 'upper', 'root', 'files/usr/sbin'])
      mkdirSync(path.join(root, name), { recursive: true });
    put('init', init);
    put('bin/busybox', readFileSync('/bin/busybox'));
    for (const name of ['init', 'bin/busybox']) chmodSync(path.join(root, name), 0o755);
    const [release = ''] = readdirSync(path.join(this.parts.kernel, 'lib/modules'));
    for (const name of modules)
      put(`modules/${path.basename(name)}.ko`, readFileSync(path.join(this.parts.kernel, 'lib/modules', release, 'kernel', `${name}.ko`)));
    for (const [name, text] of Object.entries(units)) put(`files/etc/systemd/system/${name}`, text);
    for (const name of ['cert.pem', 'key.pem', 'ca.pem'])
      put(`files/etc/dockhero/tls/${name}`, readFileSync(path.join(this.parts.tlsDir, name)));
    put('files/usr/local/lib/dockhero/agent/current.mjs', readFileSync(this.parts.bundle));
    symlinkSync('../libexec/local-cloud/dockerd', path.join(root, 'files/usr/sbin/dockerd'));
    const wanted = path.join(root, 'files/etc/systemd/system/multi-user.target.wants');
    mkdirSync(wanted);
    symlinkSync('/lib/systemd/system/docker.service', path.join(wanted, 'docker.service'));
    symlinkSync('../dockhero-agent.service', path.join(wanted, 'dockhero-agent.service'));
    execFileSync('sh', ['-c', 'find . | busybox cpio -o -H newc > ../initrd.img'], { cwd: root, stdio: ['ignore', 'ignore', 'ignore'] });
  }
}
