import { VerificationStore } from '@dockhero/database/verification-store';
import { AppError, hasCode } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { HostVolumes, type DiskCheck } from '@dockhero/domain/ports/host-volumes';
import type { Backup } from '@dockhero/domain/volumes/backup';
import type { VerificationRun } from '@dockhero/domain/volumes/verification';
import { Injectable } from '@nestjs/common';
import { done, waitFor, type StepResult } from '../../reconcile/step.js';
import { DockerConnections } from '../../steps/docker-connections.js';
import { judgeCheck, type Verdict } from '../judge-check.js';
import { SampleSnapshot } from '../sample-snapshot.js';
import { ScratchDisks } from '../scratch-disks.js';
import { VolumeStep } from '../volume-step.js';
import type { VolumePass } from '../volume-pass.js';

/** Some twenty minutes of trouble, or so long altogether in milliseconds, and it has come to nothing. */
const failuresMax = 24;
const openMsMax = 6 * 3_600_000;
/** How soon another one may begin then: when the host was replaced meanwhile, and otherwise. */
const soonMs = 60_000;
const restMs = 24 * 3_600_000;
const awaitedMsMax = 120_000;
/** EBS is asked so often for a block that arrives damaged. */
const damagedMax = 3;

/** A backup whose turn it is, is restored to a disk of its own, checked at a host of the cluster, and the result is written to it. One thing in a pass. */
@Injectable()
export class VerifyBackups extends VolumeStep {
  readonly name = 'verify backups';
  override readonly isBackground = true;

  constructor(
    private readonly store: VerificationStore,
    private readonly sample: SampleSnapshot,
    private readonly scratch: ScratchDisks,
    private readonly agents: HostVolumes,
    private readonly connections: DockerConnections,
  ) {
    super();
  }

  async ensure(pass: VolumePass): Promise<StepResult> {
    const run = await this.store.find(pass.volume.id);
    pass.isVerifying = run !== null && run.phase !== 'resting';
    if (!run || !pass.isVerifying) return done;
    if (isAwaited(pass)) return waitFor('the disk to be attached', 5_000);
    try {
      return run.phase === 'open' ? await this.#advance(pass, run) : await this.#cleanUp(pass, run);
    } catch (error) {
      if (!(error instanceof AppError) || hasCode(error, 'lease_lost', 'storage_unavailable')) throw error;
      return hasCode(error, 'aws_throttled') ? waitFor('our turn at AWS', 15_000) : await this.#stumble(pass, run, error);
    }
  }

  async #advance(pass: VolumePass, run: VerificationRun): Promise<StepResult> {
    const backup = pass.backups.find(({ id }) => id === run.backupId);
    if (pass.isRemoved || backup?.state !== 'completed' || backup.snapshotId === null)
      return await this.#giveUp(pass, run, soonMs, 'it is not kept any more');
    if (Date.now() - run.startedAt.getTime() > openMsMax) return await this.#giveUp(pass, run, restMs, 'it took too long');
    const source = { ...backup, snapshotId: backup.snapshotId };
    if (run.blocks === null) {
      await this.store.record(pass.lease, run.id, await this.sample.choose(source.snapshotId));
      return waitFor('the blocks of a backup', 50);
    }
    if (run.blocks.some(({ sha256 }) => sha256 === null)) return await this.#read(pass, run, source);
    const host = await this.scratch.bring(pass, run, source);
    return 'done' in host ? host : await this.#check(pass, run, host);
  }

  async #read(pass: VolumePass, run: VerificationRun, { snapshotId }: Backup & { snapshotId: string }): Promise<StepResult> {
    try {
      await this.store.record(pass.lease, run.id, { blocks: await this.sample.read(snapshotId, run.blocks ?? []) });
    } catch (error) {
      const index = damagedBlock(error);
      if (index === null || run.failures + 1 < damagedMax) throw error;
      const detail = `block ${index} of the snapshot cannot be read: what arrives does not have its checksum`;
      return await this.#conclude(pass, run, { verification: 'failed', detail });
    }
    return waitFor('the blocks of a backup', 200);
  }

  async #check(pass: VolumePass, run: VerificationRun, host: Host): Promise<StepResult> {
    const connection = await this.connections.to(pass, host.address ?? '');
    const blocks = (run.blocks ?? []).map(({ index }) => index);
    const check: DiskCheck = await this.agents.check(connection, { diskId: run.diskId ?? '', volumeName: pass.volume.name, blocks });
    if (check.state === 'running')
      return waitFor('a backup to be checked', Date.now() - run.startedAt.getTime() < 120_000 ? 2_000 : 15_000);
    const verdict = check.state === 'done' ? judgeCheck(check, run) : null;
    if (verdict) return await this.#conclude(pass, run, verdict);
    const message = check.state === 'failed' ? check.failure : 'The host has told no checksums.';
    throw new AppError('agent_unreachable', { diskId: run.diskId }, { message });
  }

  async #conclude(pass: VolumePass, run: VerificationRun, verdict: Verdict): Promise<StepResult> {
    await this.store.conclude(pass.lease, run, {
      ...verdict,
      resourceId: pass.resource.id,
      volumeName: pass.volume.name,
      at: new Date(),
    });
    return waitFor('the disk of a check to go', 50);
  }

  /** What goes wrong with a verification says nothing of the backup. It is tried again for a while, and another day. */
  async #stumble(pass: VolumePass, run: VerificationRun, error: AppError): Promise<StepResult> {
    if (run.phase === 'open' && hasCode(error, 'volume_lost')) return await this.#giveUp(pass, run, soonMs, error.message);
    const isHopeless = error.retry === 'never' || run.failures + 1 >= failuresMax;
    if (run.phase === 'open' && isHopeless && isSnapshotGone(error))
      return await this.#conclude(pass, run, { verification: 'failed', detail: 'AWS does not know its snapshot any more' });
    if (run.phase === 'open' && isHopeless) return await this.#giveUp(pass, run, restMs, error.message);
    await this.store.record(pass.lease, run.id, { failures: run.failures + 1 });
    return waitFor('the next try of a verification', Math.min(1_000 * 2 ** run.failures, 60_000));
  }

  async #giveUp(pass: VolumePass, run: VerificationRun, waitMs: number, reason: string): Promise<StepResult> {
    await this.store.giveUp(pass.lease, run, new Date(Date.now() + waitMs), `Not verified: ${reason}`);
    return waitFor('the disk of a check to go', 50);
  }

  async #cleanUp(pass: VolumePass, run: VerificationRun): Promise<StepResult> {
    const left = await this.scratch.remove(pass, run);
    if (left) return left;
    await this.store.end(pass.lease, run);
    pass.isVerifying = false;
    return done;
  }
}

/** A container waits for the disk: nothing else counts. What it cannot have after so long does not come by waiting. */
function isAwaited({ wantedHost, facts, volume }: VolumePass): boolean {
  return wantedHost !== null && facts.state !== 'attached' && Date.now() - (volume.wantedSince?.getTime() ?? 0) < awaitedMsMax;
}

/** The EBS direct API says so of a new one too, for a while. */
function isSnapshotGone({ code, detail }: AppError): boolean {
  return code === 'aws_lagging' && detail['awsCode'] === 'ResourceNotFoundException';
}

/** Its index; null for any other trouble. */
function damagedBlock(error: unknown): number | null {
  if (!(error instanceof AppError) || error.code !== 'aws_unavailable') return null;
  const { reason, index } = (error.detail ?? {}) as { reason?: unknown; index?: unknown };
  return reason === 'checksum differs' && typeof index === 'number' ? index : null;
}
