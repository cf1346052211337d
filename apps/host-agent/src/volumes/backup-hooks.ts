import type { DockerApi } from '../docker/docker-api.js';
import { fieldsOf, textOf } from '../docker/read-json.js';
import { reasonOf } from '../log.js';

const hookTimeoutMs = 15_000;
const shownOutput = 200;

export interface BackupHook {
  readonly containerId: string;
  /** Of the container, for people. */
  readonly name: string;
  /** For `/bin/sh -c` within the container. */
  readonly command: string;
}

/** @returns why it did not work, a phrase that names the container; null: it did. Never rejects. */
export async function runHook(docker: DockerApi, { containerId, name, command }: BackupHook): Promise<string | null> {
  try {
    // With a terminal the output comes as plain text.
    const spec = { Cmd: ['/bin/sh', '-c', command], AttachStdout: true, AttachStderr: true, Tty: true };
    const id = textOf(fieldsOf(await docker.call('POST', `/containers/${containerId}/exec`, hookTimeoutMs, spec)).Id);
    const output = await docker.text('POST', `/exec/${id}/start`, hookTimeoutMs, { Detach: false, Tty: true });
    const { ExitCode } = fieldsOf(await docker.call('GET', `/exec/${id}/json`));
    if (ExitCode === 0) return null;
    const said = output.trim().replaceAll(/\s+/g, ' ').slice(-shownOutput);
    return `the hook of ${name} ended with ${typeof ExitCode === 'number' ? ExitCode : 'an unknown code'}${said && `: ${said}`}`;
  } catch (error) {
    const isLate = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
    return isLate ? `the hook of ${name} took more than ${hookTimeoutMs / 1000} s` : `the hook of ${name} failed: ${reasonOf(error)}`;
  }
}
