import { agentPort } from '@dockhero/contracts/agent-api';
import { checkedAnswer, frozenAnswer, mountedAnswer, thawedAnswer } from '@dockhero/contracts/volume-agent-answers';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import {
  HostVolumes,
  type CheckRequest,
  type DiskCheck,
  type Frozen,
  type MountedVolume,
  type Thawed,
} from '@dockhero/domain/ports/host-volumes';
import { callAgent, type AgentAnswer } from './call-agent.js';

/**
 * Of whole calls, in milliseconds. Unmounting writes out what is in memory; growing rewrites tables of a large file system; a freeze runs the
 * customer's hook before, a thaw the one after. All of a pass together stay below its lease.
 */
export const volumeCallsMs = {
  mounted: 5_000,
  release: 15_000,
  grow: 20_000,
  freeze: 25_000,
  thaw: 10_000,
  check: 5_000,
  endCheck: 10_000,
} as const;

/** Two hundred volumes, and no more. */
const mountedBytesMax = 131_072;
/** Checksums of three hundred blocks. */
const checkBytesMax = 65_536;

/** The agents' part in volumes, over mutual TLS. */
export class HostVolumesClient extends HostVolumes {
  /** @param port another than the agents' own, for tests. @param callsMs of whole calls. */
  constructor(
    private readonly port: number = agentPort,
    private readonly callsMs: Readonly<Record<keyof typeof volumeCallsMs, number>> = volumeCallsMs,
  ) {
    super();
  }

  override async mounted(connection: DockerConnection): Promise<MountedVolume[]> {
    const { port, callsMs } = this;
    const answer = await callAgent(connection, {
      method: 'GET',
      path: '/volumes',
      port,
      timeoutMs: callsMs.mounted,
      answerBytesMax: mountedBytesMax,
    });
    return read(connection, answer, mountedAnswer).volumes.map((volume) => ({
      volumeId: volume.volume_id,
      diskId: volume.ebs_volume_id,
      uses: volume.uses,
      deviceBytes: volume.device_bytes,
      fileSystemBytes: volume.file_system_bytes,
    }));
  }

  override async release(connection: DockerConnection, volumeId: string): Promise<boolean> {
    return (await this.#post(connection, 'release', { volume_id: volumeId }, [409])).status !== 409;
  }

  override async grow(connection: DockerConnection, volumeId: string): Promise<void> {
    await this.#post(connection, 'grow', { volume_id: volumeId });
  }

  override async freeze(connection: DockerConnection, volumeId: string, maxMs: number): Promise<Frozen | null> {
    const answer = await this.#post(connection, 'freeze', { volume_id: volumeId, max_ms: maxMs }, [404]);
    if (answer.status === 404) return null;
    const { freeze_id, consistency, detail } = read(connection, answer, frozenAnswer);
    return { freezeId: freeze_id, consistency, detail };
  }

  override async thaw(connection: DockerConnection, freezeId: string): Promise<Thawed> {
    const answer = await this.#post(connection, 'thaw', { freeze_id: freezeId });
    const { held, frozen_ms, detail } = read(connection, answer, thawedAnswer);
    return { held, frozenMs: Math.round(frozen_ms), detail };
  }

  override async check(connection: DockerConnection, { diskId, volumeName, blocks }: CheckRequest): Promise<DiskCheck> {
    const { port, callsMs } = this;
    const body = { ebs_volume_id: diskId, volume: volumeName, blocks };
    const call = { method: 'POST', path: '/checks', body, port, timeoutMs: callsMs.check, answerBytesMax: checkBytesMax } as const;
    const answer = read(connection, await callAgent(connection, call), checkedAnswer);
    if (answer.state !== 'done') return answer;
    const { state, fault, files, command_run: commandRun, sums } = answer;
    return { state, fault, files, commandRun, sums: new Map(sums) };
  }

  override async endCheck(connection: DockerConnection, diskId: string): Promise<boolean> {
    const { port, callsMs } = this;
    const body = { ebs_volume_id: diskId };
    const call = { method: 'POST', path: '/checks/end', body, port, timeoutMs: callsMs.endCheck, alsoTakes: [409] } as const;
    return (await callAgent(connection, call)).status !== 409;
  }

  async #post(
    connection: DockerConnection,
    action: 'release' | 'grow' | 'freeze' | 'thaw',
    body: object,
    alsoTakes: readonly number[] = [],
  ): Promise<AgentAnswer> {
    const { port, callsMs } = this;
    return await callAgent(connection, { method: 'POST', path: `/volumes/${action}`, body, port, timeoutMs: callsMs[action], alsoTakes });
  }
}

/** @throws AppError `agent_unreachable` for anything else: a host is its customer's, and may say anything. */
function read<T>({ address }: DockerConnection, { body }: AgentAnswer, schema: { readonly parse: (value: unknown) => T }): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch (cause) {
    throw new AppError('agent_unreachable', { address, reason: 'unexpected answer' }, { cause });
  }
}
