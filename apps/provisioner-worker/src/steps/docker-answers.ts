import { AppError, hasCode } from '@dockhero/domain/errors';
import type { Host } from '@dockhero/domain/host';
import { DockerEngine } from '@dockhero/domain/ports/docker-engine';
import { Instances } from '@dockhero/domain/ports/instances';
import { Injectable } from '@nestjs/common';
import type { Pass } from '../reconcile/pass.js';
import { Step, done, waitFor, type StepResult } from '../reconcile/step.js';
import { DockerConnections } from './docker-connections.js';
import { LaunchSettings } from './launch-settings.js';

/** The host rings when it has its certificate; then dockerd restarts within about a second. */
const bootingMs = 2_000;
const restartingMs = 250;
/** Instances tried for one host while provisioning, before we believe that the fault is not the instance's. */
const generationMax = 3;

/** Every host's Docker Engine answers over mutual TLS. A host that does not boot in time is replaced, a few times. */
@Injectable()
export class DockerAnswers extends Step {
  readonly name = 'docker answers';

  constructor(
    private readonly engine: DockerEngine,
    private readonly connections: DockerConnections,
    private readonly instances: Instances,
    private readonly settings: LaunchSettings,
  ) {
    super();
  }

  async ensure(pass: Pass): Promise<StepResult> {
    const results = await Promise.all(pass.hosts.map(async (host) => await this.#probe(pass, host)));
    const silent = pass.hosts.filter((_, index) => results[index] !== null);
    for (const host of silent) {
      if (await this.#isOverdue(pass, host)) return waitFor('a replacement for a host that did not boot', bootingMs);
    }
    const [first] = silent;
    if (!first) return done;
    return first.certificateIssuedAt ? waitFor('Docker to start', restartingMs) : waitFor('the host to boot', bootingMs);
  }

  /** @returns null when the engine answers, else why not. */
  async #probe(pass: Pass, host: Host): Promise<AppError | null> {
    try {
      await this.engine.info(await this.connections.to(pass, host.address ?? ''));
      return null;
    } catch (error) {
      if (hasCode(error, 'docker_unreachable', 'docker_rejected')) return error;
      throw error;
    }
  }

  /**
   * Replaces a host that has had its time while being provisioned. Later, a host that falls silent holds a customer's data: it is
   * reported and waited for, never thrown away. @throws AppError `host_boot_failed`, `docker_unreachable`.
   */
  async #isOverdue(pass: Pass, host: Host): Promise<boolean> {
    // AWS's own time of the last start: a launch may have been tried for long before, and a plan change starts the host again.
    const instance = pass.instances.get(host.id);
    const startedAt = instance?.launchedAt.getTime() ?? Date.now();
    if (Date.now() - startedAt < this.settings.bootDeadlineMs) return false;
    if (pass.facts.provisionedAt && host.certificateIssuedAt) throw new AppError('docker_unreachable', { hostId: host.id });
    if (!pass.facts.provisionedAt && host.generation >= generationMax)
      throw new AppError('host_boot_failed', { hostId: host.id, generation: host.generation });
    if (instance) await this.instances.terminate(instance.id);
    await pass.replaceHost(host);
    // After provisioning there is no giving up, but a person should know of replacements that do not boot: each is a failed pass.
    if (pass.facts.provisionedAt) throw new AppError('docker_unreachable', { hostId: host.id, reason: 'the replacement did not boot' });
    return true;
  }
}
