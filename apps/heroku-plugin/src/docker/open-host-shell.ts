import { connect } from '../connection/connect.js';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import { dockerEnvironment } from './docker-environment.js';
import { ensureHostImage } from './ensure-host-image.js';
import { hostShellArguments } from './host-shell.js';
import { runDocker } from './run-docker.js';

/** A root shell on the add-on's host, or one command in it. @returns its exit code. */
export async function openHostShell(session: Session, words: readonly string[], shell: Variables): Promise<number> {
  const environment = dockerEnvironment(shell, await connect(session));
  // A failure to look is shown by the run itself, which explains it.
  await ensureHostImage(environment, { mustKnow: false });
  const terminal = { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY };
  return runDocker(session, { file: 'docker', args: hostShellArguments(words, terminal), base: shell, disk: 'after' });
}
