import type { Server } from 'node:https';
import path from 'node:path';
import type { AgentVersion } from '@dockhero/contracts/agent-api';
import { usedRatio } from '@dockhero/domain/monitoring/host-sample';
import { Cgroups } from './collect/cgroups.js';
import { addContainerMetrics, addDiskUsageMetrics, addWorkloadMetrics } from './collect/container-metrics.js';
import { Exposition } from './collect/exposition.js';
import { FileSystems, type MeasuredMount } from './collect/file-systems.js';
import { addFileSystemMetrics, addHostMetrics, readMemory } from './collect/host-metrics.js';
import { KernelLog } from './collect/kernel-log.js';
import { selectMounts } from './collect/mounts.js';
import { readOwnProcess } from './collect/own-process.js';
import { readKernelFile } from './collect/read-kernel-file.js';
import { sharedAnswer } from './collect/shared-answer.js';
import { UsageWatch } from './collect/watch-usage.js';
import { DockerApi } from './docker/docker-api.js';
import { pruneDanglingImages, pruneOldBuildCache } from './docker/prune.js';
import { ContainerWatch } from './docker/watch-containers.js';
import { DiskUsageWatch } from './docker/watch-disk-usage.js';
import type { AgentEnv } from './env.js';
import type { Log } from './log.js';
import { EmergencyRoom, freedBy } from './room/emergency-room.js';
import { agentRoutes } from './serve/agent-routes.js';
import { createAgentServer } from './serve/agent-server.js';
import { readCertificates, watchCertificates, type Certificates } from './serve/certificates.js';
import { SettingsFile } from './serve/settings-file.js';
import { Upgrade } from './serve/upgrade.js';
import { volumeRoutes } from './volumes/volume-routes.js';
import { Volumes } from './volumes/volumes.js';

/** Several who ask at nearly the same time cost one collection. */
const keepCollectionMs = 2_000;

export interface AgentContext {
  readonly env: AgentEnv;
  readonly release: AgentVersion;
  /** The file that runs. */
  readonly bundle: string;
  readonly exit: () => void;
  readonly log: Log;
  readonly certificateLookMs?: number;
}

/** Everything that the agent does, wired. */
export class Agent {
  readonly #cgroups: Cgroups;
  readonly #fileSystems = new FileSystems();
  readonly #containers: ContainerWatch;
  readonly #usage: DiskUsageWatch;
  readonly #recent: UsageWatch;
  readonly #room: EmergencyRoom;
  readonly #server: Server;
  /** Null where the control plane has no listener for agents. */
  readonly #volumes: Volumes | null;
  #certificates: Certificates;
  #isStarted = false;
  #stopWatching: (() => void) | null = null;

  /** @throws Error when the certificates cannot be used. */
  constructor(private readonly context: AgentContext) {
    const { env, log, release, bundle, exit } = context;
    this.#certificates = readCertificates(env.tlsDir);
    this.#cgroups = new Cgroups(env.cgroupDir, env.procDir);
    const docker = new DockerApi(env.dockerSocket);
    const { stateDir, hostIndex } = env;
    const kernelLog = new KernelLog(env.kernelLog, log);
    this.#containers = new ContainerWatch({ docker, cgroups: this.#cgroups, kernelLog, stateDir, hostIndex, log });
    this.#usage = new DiskUsageWatch(docker, log);
    this.#recent = new UsageWatch({ fileSystems: this.#fileSystems, memory: () => readMemory(env.procDir, this.#cgroups), log });
    const settings = new SettingsFile(env.stateDir);
    this.#room = new EmergencyRoom({
      dir: env.dockerDataDir,
      ballastFile: env.ballastFile,
      stateDir: env.stateDir,
      fileSystems: this.#fileSystems,
      mayPrune: () => settings.current.freeRoom,
      prunes: { images: () => pruneDanglingImages(docker), build_cache: () => pruneOldBuildCache(docker) },
      log,
    });
    const upgrade = new Upgrade({ command: env.fetchCommand, bundle, sha256: release.sha256, exit, log });
    const metrics = sharedAnswer(keepCollectionMs, () => this.collect());
    this.#volumes = createVolumes(context, docker);
    const routes = { ...agentRoutes({ metrics, release, settings, upgrade }), ...(this.#volumes ? volumeRoutes(this.#volumes) : {}) };
    this.#server = createAgentServer(this.#certificates, routes, log);
  }

  /** The room first: nothing is as urgent as a full disk; then volumes, dockerd may be waiting. Docker may be down; everything else works without. @returns the port. */
  async start(): Promise<number> {
    const { env, log, certificateLookMs } = this.context;
    this.#room.start();
    this.#recent.start();
    if (this.#volumes) await this.#volumes.start();
    else log('there is no volume driver: DOCKHERO_CONTROL_URL is not set');
    await this.#listen();
    const onChange = (changed: Certificates): void => {
      this.#certificates = changed;
      this.#server.setSecureContext({ cert: changed.cert, key: changed.key, ca: changed.ca, minVersion: 'TLSv1.2' });
    };
    this.#stopWatching = watchCertificates(env.tlsDir, log, onChange, certificateLookMs);
    await this.#containers.start();
    this.#isStarted = true;
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : env.port;
  }

  async stop(): Promise<void> {
    this.#stopWatching?.();
    this.#room.stop();
    this.#recent.stop();
    this.#containers.stop();
    await this.#volumes?.stop();
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Everything there is to say now, as Prometheus reads it. */
  async collect(): Promise<string> {
    const { env, release } = this.context;
    const text = new Exposition();
    const mountinfo = readKernelFile(path.join(env.procDir, 'self/mountinfo')) ?? '';
    const mounts = await this.#fileSystems.measureAll(selectMounts(mountinfo, env.dockerDataDir));
    this.#recent.watch(mounts);
    if (this.#isStarted) void this.#usage.askWhenDue(fullest(mounts), Date.now());
    this.#containers.lookForOomKills();
    addHostMetrics(text, env.procDir, this.#cgroups);
    addFileSystemMetrics(text, mounts);
    this.#recent.addTo(text);
    addContainerMetrics(text, this.#containers.containers, this.#cgroups, this.#usage.last);
    addWorkloadMetrics(text, this.#containers.counters.entries());
    addDiskUsageMetrics(text, this.#usage.last);
    text.gauge('dockhero_certificate_expiry_time_seconds', this.#certificates.expiresAt.getTime() / 1000);
    text.gauge('dockhero_ballast_bytes', this.#room.ballastBytes);
    for (const by of freedBy) text.counter('dockhero_room_freed_bytes_total', this.#room.freed[by], { by });
    text.gauge('dockhero_agent_info', 1, { version: release.version, sha256: release.sha256 });
    const own = readOwnProcess();
    text.gauge('process_start_time_seconds', own.startTime);
    text.gauge('process_resident_memory_bytes', own.residentBytes);
    text.counter('process_cpu_seconds_total', own.cpuSeconds);
    return text.toString();
  }

  #listen(): Promise<void> {
    const { port, listenHost } = this.context.env;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, listenHost, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }
}

function createVolumes({ env, log }: AgentContext, docker: DockerApi): Volumes | null {
  const { controlUrl } = env.volumes;
  if (controlUrl === null) return null;
  return new Volumes({ env: { ...env.volumes, controlUrl }, tlsDir: env.tlsDir, procDir: env.procDir, docker, log });
}

function fullest(mounts: readonly MeasuredMount[]): number {
  const ratios = mounts.map(({ figures, isReadOnly }) => (figures && !isReadOnly ? usedRatio(figures) : 0));
  return Math.max(0, ...ratios);
}
