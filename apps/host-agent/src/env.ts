import { agentPort } from '@dockhero/contracts/agent-api';
import type { VolumeEnv } from './volumes/volume-env.js';

/** Where everything lies. A host needs no setting; tests set all. */
export interface AgentEnv {
  readonly tlsDir: string;
  /** Counters and settings that outlive the agent. */
  readonly stateDir: string;
  readonly dockerSocket: string;
  readonly dockerDataDir: string;
  readonly procDir: string;
  readonly cgroupDir: string;
  readonly kernelLog: string;
  readonly listenHost: string;
  readonly port: number;
  /** The ballast; on the file system of `dockerDataDir`. */
  readonly ballastFile: string;
  /** Puts the release that the control plane names in the place of our bundle. */
  readonly fetchCommand: string;
  /** From 0: numbers the tasks of global Swarm services as the log drain does. */
  readonly hostIndex: number;
  readonly volumes: VolumeEnv;
}

/** @throws Error for a port or index that is no number. */
export function readEnv(from: NodeJS.ProcessEnv = process.env): AgentEnv {
  return {
    tlsDir: from.DOCKHERO_TLS_DIR ?? '/etc/dockhero/tls',
    stateDir: from.DOCKHERO_STATE_DIR ?? '/var/lib/dockhero/agent',
    dockerSocket: from.DOCKHERO_DOCKER_SOCKET ?? '/run/docker.sock',
    dockerDataDir: from.DOCKHERO_DOCKER_DATA_DIR ?? '/var/lib/docker',
    procDir: from.DOCKHERO_PROC_DIR ?? '/proc',
    cgroupDir: from.DOCKHERO_CGROUP_DIR ?? '/sys/fs/cgroup',
    kernelLog: from.DOCKHERO_KERNEL_LOG ?? '/dev/kmsg',
    listenHost: from.DOCKHERO_LISTEN_HOST ?? '0.0.0.0',
    port: wholeNumber('DOCKHERO_AGENT_PORT', from.DOCKHERO_AGENT_PORT, agentPort),
    ballastFile: from.DOCKHERO_BALLAST_FILE ?? '/var/lib/dockhero/ballast',
    fetchCommand: from.DOCKHERO_AGENT_FETCH ?? '/usr/local/sbin/dockhero-agent-fetch',
    hostIndex: wholeNumber('DOCKHERO_HOST_INDEX', from.DOCKHERO_HOST_INDEX, 0),
    volumes: readVolumeEnv(from),
  };
}

function readVolumeEnv(from: NodeJS.ProcessEnv): VolumeEnv {
  return {
    controlUrl: from.DOCKHERO_CONTROL_URL || null,
    hostId: from.DOCKHERO_HOST_ID ?? '',
    socket: from.DOCKHERO_PLUGIN_SOCKET ?? '/run/docker/plugins/dockhero.sock',
    isSocketPassed: from.LISTEN_PID === String(process.pid) && from.LISTEN_FDS === '1',
    recordsDir: from.DOCKHERO_VOLUME_RECORDS_DIR ?? '/var/lib/dockhero/volumes',
    runDir: from.DOCKHERO_VOLUME_RUN_DIR ?? '/run/dockhero/volumes',
    mountRoot: from.DOCKHERO_VOLUME_MOUNT_ROOT ?? '/mnt/dockhero',
    byIdDir: from.DOCKHERO_DISK_DIR ?? '/dev/disk/by-id',
    sysDir: from.DOCKHERO_SYS_DIR ?? '/sys',
    dockerPidFile: from.DOCKHERO_DOCKER_PID_FILE ?? '/run/docker.pid',
    lingerMs: wholeNumber('DOCKHERO_VOLUME_LINGER_MS', from.DOCKHERO_VOLUME_LINGER_MS, 60_000),
    lookEveryMs: wholeNumber('DOCKHERO_VOLUME_LOOK_MS', from.DOCKHERO_VOLUME_LOOK_MS, 20_000),
  };
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name} must be a whole number`);
  return Number(text);
}
