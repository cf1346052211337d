import { connect } from '../connection/connect.js';
import type { ConnectionRecord } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import { dockerEnvironment } from './docker-environment.js';
import { runClient } from './run-client.js';

/** A client to run against the add-on's Docker. */
export interface DockerCall {
  readonly file: string;
  readonly args: readonly string[];
  /** What the client's environment is made of; where Docker is comes on top. Made when the add-on runs: its config vars are complete only then. */
  readonly base: Variables | (() => Promise<Variables>);
  /** False for a client whose exit code says nothing about Docker, such as a shell. */
  readonly explains?: boolean;
}

/** Connects, runs the client, and after a failure looks whether the connection or a full disk was at fault. @returns the client's exit code. */
export async function runDocker(session: Session, { file, args, base, explains = true }: DockerCall): Promise<number> {
  const { record, variables } = await prepare(session, base);
  const environment = dockerEnvironment(variables, record);
  const code = await runClient({ file, args, environment });
  // Above 128 a signal ended it: that needs no explanation.
  if (explains && code !== 0 && code <= 128) {
    const { explainFailure } = await import('./explain-failure.js');
    await explainFailure(session, record, args);
  }
  return code;
}

/** Connection and variables of the same add-on: config vars read for the variables may name another than the one that was cached. */
async function prepare(session: Session, base: DockerCall['base']): Promise<{ record: ConnectionRecord; variables: Variables }> {
  const record = await connect(session);
  if (typeof base !== 'function') return { record, variables: base };
  const variables = await base();
  const present = await connect(session);
  return { record: present, variables: present.configUrl === record.configUrl ? variables : await base() };
}
