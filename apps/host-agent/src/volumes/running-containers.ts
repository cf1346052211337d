import type { DockerApi } from '../docker/docker-api.js';
import { listOf, textOf, textsOf } from '../docker/read-json.js';

export interface VolumeUser {
  readonly containerId: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of volumes of our driver. */
  readonly volumes: readonly string[];
}

/** Running and paused containers with volumes of the driver. @throws Error as `DockerApi.call`. */
export async function listVolumeUsers(docker: DockerApi, driver: string): Promise<VolumeUser[]> {
  return listOf(await docker.call('GET', '/containers/json'))
    .map((entry) => ({
      containerId: textOf(entry.Id),
      name: textOf(Array.isArray(entry.Names) ? entry.Names[0] : '').replace(/^\//, ''),
      labels: textsOf(entry.Labels),
      volumes: listOf(entry.Mounts).flatMap((mount) => (mount.Type === 'volume' && mount.Driver === driver ? [textOf(mount.Name)] : [])),
    }))
    .filter(({ volumes }) => volumes.length > 0);
}
