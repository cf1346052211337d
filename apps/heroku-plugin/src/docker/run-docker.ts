import { connect } from '../connection/connect.js';
import { type ConnectionRecord, readConnection } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import { dockerEnvironment } from './docker-environment.js';
import type { DiskLook } from './disk-look.js';
import { DiskQuestion } from './refuse-full-disk.js';
import { runClient } from './run-client.js';

/** A client to run against the add-on's Docker. */
export interface DockerCall {
  readonly file: string;
  readonly args: readonly string[];
  /** What the client's environment is made of; where Docker is comes on top. Made when the add-on runs: its config vars are complete only then. */
  readonly base: Variables | (() => Promise<Variables>);
  /** When the hosts' disks are looked at. */
  readonly disk: DiskLook;
  /** False for a client whose exit code says nothing about Docker, such as a shell. */
  readonly explains?: boolean;
}

/**
 * Connects, runs the client, and after a failure looks whether the connection or a full disk was at fault.
 * @returns the client's exit code.
 * @throws PluginError, also when the disks are known to be full of a command that would put something onto them.
 */
export async function runDocker(session: Session, call: DockerCall): Promise<number> {
  const { file, args, disk, explains = true } = call;
  const { record, variables, told } = await prepare(session, call);
  const environment = dockerEnvironment(variables, record);
  const code = await runClient({ file, args, environment });
  if (explains && isFailure(code)) {
    const { explainFailure } = await import('./explain-failure.js');
    await explainFailure(session, record, { disk, told });
  }
  return code;
}

/** Whether a client's exit code asks for an explanation: above 128 a signal ended it. */
export function isFailure(code: number): boolean {
  return code !== 0 && code <= 128;
}

interface Prepared {
  readonly record: ConnectionRecord;
  readonly variables: Variables;
  /** Hosts of whose full disk was warned. */
  readonly told: readonly number[];
}

/** Connection and variables of the same add-on: config vars read for the variables may name another than the one that was cached. */
async function prepare(session: Session, { base, disk }: DockerCall): Promise<Prepared> {
  const question = disk === 'before' ? new DiskQuestion() : null;
  // Asked while the certificate is renewed and the config vars are read, so that it takes no time of its own.
  const cached = question ? await readConnection(session.folder) : null;
  if (cached) question?.ask(cached.configUrl);
  let record = await connect(session);
  question?.ask(record.configUrl);
  let variables = typeof base === 'function' ? await base() : base;
  if (typeof base === 'function') {
    const present = await connect(session);
    if (present.configUrl !== record.configUrl) variables = await base();
    record = present;
    question?.ask(record.configUrl);
  }
  return { record, variables, told: (await question?.refuseFull(session)) ?? [] };
}
