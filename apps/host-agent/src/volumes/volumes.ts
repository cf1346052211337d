import type { Server } from 'node:http';
import path from 'node:path';
import type { MountedVolume } from '@dockhero/contracts/agent-volumes';
import type { DockerApi } from '../docker/docker-api.js';
import { reasonOf, type Log } from '../log.js';
import { Catalogue } from './catalogue.js';
import { Checks } from './checks.js';
import { ControlPlane } from './control-plane.js';
import { Devices } from './device.js';
import { dockerIdentity } from './docker-identity.js';
import { VolumeDriver } from './driver.js';
import { fileSystemBytes } from './file-system.js';
import { Freezer } from './freezer.js';
import { VolumeHolder } from './hold-volume.js';
import { InTurn } from './in-turn.js';
import { Linger } from './linger.js';
import { Mounts } from './mounts.js';
import { listenForDocker } from './plugin-socket.js';
import { createPluginServer } from './protocol.js';
import { driverName, Reconciler } from './reconcile.js';
import { Records, type VolumeRecord } from './records.js';
import { References } from './references.js';
import type { VolumeEnv } from './volume-env.js';

const lookAgainMs = 2_000;
const refreshEveryMs = 60_000;

export interface VolumesContext {
  readonly env: VolumeEnv & { readonly controlUrl: string };
  readonly tlsDir: string;
  readonly procDir: string;
  readonly docker: DockerApi;
  readonly log: Log;
}

/** The volume driver and all that keeps it true, wired. */
export class Volumes {
  readonly records: Records;
  readonly references: References;
  readonly mounts: Mounts;
  readonly devices: Devices;
  readonly holder: VolumeHolder;
  readonly freezer: Freezer;
  readonly checks: Checks;
  readonly linger: Linger;
  readonly turns = new InTurn();
  readonly catalogue: Catalogue;
  readonly reconciler: Reconciler;
  readonly #controlPlane: ControlPlane;
  readonly #server: Server;
  #timers: NodeJS.Timeout[] = [];
  #isStopped = false;

  constructor(private readonly context: VolumesContext) {
    const { env, tlsDir, procDir, docker, log } = context;
    const daemon = (): string | null => dockerIdentity(env.dockerPidFile, procDir);
    this.records = new Records(env.recordsDir, log);
    this.references = new References(path.join(env.runDir, 'references'));
    this.mounts = new Mounts(env.mountRoot, procDir);
    this.devices = new Devices(env.byIdDir, env.sysDir);
    this.#controlPlane = new ControlPlane({ url: env.controlUrl, hostId: env.hostId, tlsDir });
    this.linger = new Linger(env.lingerMs, (name) => void this.#letGoUnused(name));
    const { records, references, mounts, devices, linger, turns } = this;
    const controlPlane = this.#controlPlane;
    const isInUse = (name: string): boolean => references.of(name).length > 0 || turns.isBusy(name) || mounts.find(name) !== null;
    const catalogue = new Catalogue({ records, controlPlane, isInUse, log });
    this.catalogue = catalogue;
    this.holder = new VolumeHolder({ controlPlane, catalogue, records, devices, mounts, log });
    this.reconciler = new Reconciler({ docker, references, mounts, records, linger, daemon, log });
    this.freezer = new Freezer({ docker, driver: driverName, mounts, dir: path.join(env.runDir, 'freezes'), log });
    this.checks = new Checks({
      devices,
      places: new Mounts(path.join(env.runDir, 'checks'), procDir),
      docker,
      driver: driverName,
      dir: path.join(path.dirname(env.recordsDir), 'checks'),
      isVolumes: (diskId) => records.all().some(({ volume, held }) => held === diskId || volume.ebs_volume_id === diskId),
      log,
    });
    const known = () => records.all().map(({ volume }) => volume);
    const driver = new VolumeDriver({ controlPlane, catalogue, holder: this.holder, mounts, references, linger, turns, daemon, known });
    this.#server = createPluginServer(driver, log);
  }

  /** Thaws what may be frozen, then answers Docker. What needs network or Docker goes on in the background. */
  async start(): Promise<void> {
    this.records.load();
    this.references.load();
    await this.freezer.recover();
    await listenForDocker(this.#server, this.context.env);
    this.#timers = [setInterval(() => void this.catalogue.refresh(), refreshEveryMs * (0.75 + Math.random() / 2))];
    void this.catalogue.refresh().then(() => this.#keepLooking());
    this.checks.recover();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.linger.stop();
    await this.freezer.stop();
    await this.checks.stop();
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    this.#controlPlane.close();
  }

  /** What is mounted here, for the control plane. */
  async mounted(): Promise<MountedVolume[]> {
    const found = this.records.all().map((record) => this.#describe(record));
    return (await Promise.all(found)).filter((volume) => volume !== null);
  }

  /** Containers that use it, by Docker's word or by ours. */
  uses(name: string): number {
    return Math.max(this.references.of(name).length, this.reconciler.uses(name));
  }

  async #describe({ volume, held }: VolumeRecord): Promise<MountedVolume | null> {
    const mounted = this.mounts.find(volume.name);
    const ebs = held ?? volume.ebs_volume_id;
    const device = mounted && ebs ? await this.devices.find(ebs) : null;
    if (!mounted || !ebs) return null;
    return {
      volume_id: volume.id,
      name: volume.name,
      ebs_volume_id: ebs,
      uses: this.uses(volume.name),
      device_bytes: device?.bytes ?? 0,
      file_system_bytes: device ? await fileSystemBytes(device.path, mounted.fstype, mounted.mountpoint) : 0,
    };
  }

  /** Other hosts may have it from then on. It may stay attached here until one wants it. */
  async #letGoUnused(name: string): Promise<void> {
    await this.turns
      .run(name, async () => {
        if (this.uses(name) > 0) return;
        const record = this.records.find(name);
        await this.holder.letGo(name);
        if (record?.held) await this.#controlPlane.release(record.volume.id);
      })
      .catch((error: unknown) => {
        this.context.log(reasonOf(error));
        if (this.mounts.find(name) || this.records.find(name)?.held) this.linger.begin(name);
      });
  }

  async #keepLooking(): Promise<void> {
    if (this.#isStopped) return;
    const isAnswered = await this.reconciler.look();
    if (!this.#isStopped)
      this.#timers[1] = setTimeout(() => void this.#keepLooking(), isAnswered ? this.context.env.lookEveryMs : lookAgainMs);
  }
}
