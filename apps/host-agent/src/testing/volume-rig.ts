import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agentClientName } from '@dockhero/contracts/agent-api';
import { bundleHostAgent } from '../../../../scripts/bootstrap/host-agent-bundle.mjs';
import { AgentProcess } from './agent-process.js';
import { askAgent } from './ask-agent.js';
import { askPlugin, type PluginAnswer } from './ask-plugin.js';
import { LoopDisks } from './loop-disks.js';
import { StandInControlPlane } from './stand-in-control-plane.js';
import { TestCertificates, type ClientPems } from './test-certificates.js';

export const ebsId = 'vol-0123456789abcdef0';

/** The agent as a process, with a control plane over mutual TLS and real disks. Root only. */
export class VolumeRig {
  private constructor(
    readonly dir: string,
    readonly plane: StandInControlPlane,
    readonly disks: LoopDisks,
    readonly agent: AgentProcess,
    readonly socket: string,
    private readonly client: ClientPems,
  ) {}

  static async start({ socket }: { socket?: string } = {}): Promise<VolumeRig> {
    const dir = mkdtempSync(path.join(tmpdir(), 'dockhero-volumes-'));
    const at = (name: string): string => path.join(dir, name);
    for (const folder of ['tls', 'docker', 'mnt']) mkdirSync(at(folder));
    const bundle = at('host-agent.mjs');
    await bundleHostAgent(bundle);
    const certificates = await TestCertificates.make();
    await certificates.writeHost(at('tls'));
    const plane = await StandInControlPlane.start(certificates, dir, 'host-1');
    const disks = new LoopDisks(dir);
    const pluginSocket = socket ?? at('plugins/dockhero.sock');
    const agent = new AgentProcess(bundle, {
      PATH: process.env.PATH ?? '',
      DOCKHERO_CONTROL_URL: plane.url,
      DOCKHERO_HOST_ID: 'host-1',
      DOCKHERO_TLS_DIR: at('tls'),
      DOCKHERO_STATE_DIR: at('state'),
      DOCKHERO_DOCKER_SOCKET: at('docker.sock'),
      DOCKHERO_DOCKER_PID_FILE: at('docker.pid'),
      DOCKHERO_DOCKER_DATA_DIR: at('docker'),
      DOCKHERO_LISTEN_HOST: '127.0.0.1',
      DOCKHERO_AGENT_PORT: '0',
      DOCKHERO_BALLAST_FILE: at('host-agent.mjs/ballast'),
      DOCKHERO_PLUGIN_SOCKET: pluginSocket,
      DOCKHERO_VOLUME_RECORDS_DIR: at('records'),
      DOCKHERO_VOLUME_RUN_DIR: at('run'),
      DOCKHERO_VOLUME_MOUNT_ROOT: at('mnt'),
      DOCKHERO_DISK_DIR: disks.byIdDir,
      DOCKHERO_VOLUME_LINGER_MS: '300',
      DOCKHERO_VOLUME_LOOK_MS: '300',
    });
    plane.created = { ebs_volume_id: ebsId, state: 'available' };
    plane.onAttach = (volume) => {
      disks.plug(volume.ebs_volume_id ?? '');
      Object.assign(volume, { state: 'attached', attached_here: true });
    };
    return new VolumeRig(dir, plane, disks, agent, pluginSocket, await certificates.client(agentClientName));
  }

  plugin(method: string, body: object, signal?: AbortSignal): Promise<PluginAnswer> {
    return askPlugin(this.socket, `VolumeDriver.${method}`, body, signal);
  }

  async control(method: string, route: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const { status, body: text } = await askAgent(this.agent.port, this.client, method, route, { body: body ? JSON.stringify(body) : '' });
    return { status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  metrics(): Promise<string> {
    return askAgent(this.agent.port, this.client, 'GET', '/metrics').then(({ body }) => body);
  }

  place(name: string): string {
    return path.join(this.dir, 'mnt', name);
  }

  isMounted(name: string): boolean {
    return this.#mounts().includes(this.place(name));
  }

  /** Ends the agent and takes away whatever it left, as a reboot does. */
  async reboot(): Promise<void> {
    await this.agent.end();
    for (const mount of this.#mounts()) execFileSync('umount', [mount]);
    rmSync(path.join(this.dir, 'run'), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.reboot();
    await this.plane.stop();
    this.disks.removeAll();
    rmSync(this.socket, { force: true });
    rmSync(this.dir, { recursive: true, force: true });
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.place(name), 'data/file'), text);
  }

  read(name: string): string {
    return readFileSync(path.join(this.place(name), 'data/file'), 'utf8');
  }

  #mounts(): string[] {
    const places = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '');
    return places.filter((place) => place.startsWith(`${this.dir}/mnt/`) || place.startsWith(`${this.dir}/run/checks/`));
  }
}
