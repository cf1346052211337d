import type { Agent } from 'node:https';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import Docker from 'dockerode';
import { apiVersion, dockerPort } from './api-version.js';

export interface CallOptions {
  /** Statuses that mean that there is nothing to do: null is returned. */
  readonly alreadyDone?: readonly number[];
  /** Keeps connections for the next call; by default each call makes its own. */
  readonly agent?: Agent;
  /** Another port than Docker's, for tests. */
  readonly port?: number | undefined;
}

/** A client for one host. @param timeoutMs silence of the socket that ends a call; 0 for streams. */
export function openDocker(
  { address, caCertificatePem, clientCertificatePem, clientKeyPem }: DockerConnection,
  timeoutMs: number,
  { agent, port = dockerPort }: CallOptions = {},
): Docker {
  return new Docker({
    protocol: 'https',
    host: address,
    port,
    version: apiVersion,
    ...(timeoutMs > 0 ? { timeout: timeoutMs } : {}),
    ...(agent ? { agent } : {}),
    ca: caCertificatePem,
    cert: clientCertificatePem,
    key: clientKeyPem.reveal(),
  });
}

/** One call, bounded in time. @throws AppError `docker_unreachable` | `docker_rejected`. */
export async function callDocker<T>(
  connection: DockerConnection,
  timeoutMs: number,
  action: string,
  send: (docker: Docker) => Promise<T>,
  options: CallOptions = {},
): Promise<T | null> {
  const docker = openDocker(connection, timeoutMs, options);
  let timer: NodeJS.Timeout | undefined;
  try {
    // The socket's own time-out restarts with each byte; this one does not.
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    return await Promise.race([send(docker), deadline]);
  } catch (cause) {
    const { statusCode } = cause as { statusCode?: number };
    if (statusCode !== undefined && options.alreadyDone?.includes(statusCode)) return null;
    const code = statusCode === undefined ? 'docker_unreachable' : 'docker_rejected';
    throw new AppError(code, { action, address: connection.address, statusCode }, { cause });
  } finally {
    clearTimeout(timer);
  }
}
