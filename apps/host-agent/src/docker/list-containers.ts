import { containerName } from '@dockhero/domain/container-name';
import type { DockerApi } from './docker-api.js';
import { fieldsOf, listOf, textOf, textsOf } from './read-json.js';

export interface Container {
  readonly id: string;
  /** `web.1` */
  readonly process: string;
  /** `web` */
  readonly workload: string;
  readonly isRunning: boolean;
  /** Of the last end; null while running or when Docker's words do not say. */
  readonly exitCode: number | null;
  /** Null: no health check, or no verdict yet. */
  readonly isHealthy: boolean | null;
}

/** Every container of the host, ended ones too. @throws Error as `DockerApi.call`. */
export async function listContainers(docker: DockerApi, hostIndex: number): Promise<Container[]> {
  return listOf(await docker.call('GET', '/containers/json?all=1')).map((entry) => parseContainer(entry, hostIndex));
}

function parseContainer(entry: Readonly<Record<string, unknown>>, hostIndex: number): Container {
  const [name] = Array.isArray(entry.Names) ? entry.Names : [];
  const id = textOf(entry.Id);
  const status = textOf(entry.Status);
  const exitCode = /^(?:Exited|Restarting) \((\d+)\)/.exec(status)?.[1];
  return {
    id,
    ...containerName(textOf(name).replace(/^\//, '') || id.slice(0, 12), textsOf(entry.Labels), hostIndex),
    isRunning: textOf(entry.State) === 'running' || textOf(entry.State) === 'paused',
    exitCode: exitCode === undefined ? null : Number(exitCode),
    isHealthy: status.includes('(healthy)') ? true : status.includes('(unhealthy)') ? false : null,
  };
}

/** Whether Docker holds the container's last end for the kernel's doing. A container that has been removed says no. */
export async function wasOomKilled(docker: DockerApi, id: string): Promise<boolean> {
  const inspected = await docker.call('GET', `/containers/${id}/json`).catch(() => null);
  return fieldsOf(fieldsOf(inspected).State).OOMKilled === true;
}
