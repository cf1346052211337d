import type { DockerApi } from '../docker/docker-api.js';
import { fieldsOf, listOf, textOf, textsOf } from '../docker/read-json.js';
import { reasonOf } from '../log.js';

const commandLabel = 'dockhero.backup.verify';
/** On the containers that run it; its value is the disk. */
const checkLabel = 'dockhero.check';
const commandTimeoutMs = 5 * 60_000;
const createTimeoutMs = 60_000;
const shownOutput = 200;

/** What the customer wants done with a restored volume, to see whether it is whole. */
export interface VerifyCommand {
  /** Of the container that asks for it, for people. */
  readonly container: string;
  readonly command: string;
  readonly image: string;
  /** Where the volume is in it. */
  readonly destination: string;
}

/** Of all containers here that use the volume, running or not; each command once. @throws Error when Docker does not answer. */
export async function findVerifyCommands(docker: DockerApi, driver: string, volume: string): Promise<VerifyCommand[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [commandLabel], volume: [volume] }));
  const found = listOf(await docker.call('GET', `/containers/json?all=1&filters=${filters}`)).flatMap((entry) => {
    const command = textsOf(entry.Labels)[commandLabel];
    const mount = listOf(entry.Mounts).find(({ Type, Name, Driver }) => Type === 'volume' && Name === volume && Driver === driver);
    if (!command || !mount) return [];
    const container = textOf(Array.isArray(entry.Names) ? entry.Names[0] : '').replace(/^\//, '');
    return [{ container, command, image: textOf(entry.ImageID), destination: textOf(mount.Destination) }];
  });
  const keyOf = ({ command, image, destination }: VerifyCommand): string => [command, image, destination].join('\n');
  return [...new Map(found.map((command) => [keyOf(command), command])).values()];
}

/** Runs it in a container of its own: the same image, the restored data read-only in the volume's place, no network. @returns what it found wrong. @throws Error when Docker could not. */
export async function runVerifyCommand(docker: DockerApi, wanted: VerifyCommand, source: string, diskId: string): Promise<string | null> {
  const { container, command, image, destination } = wanted;
  const spec = {
    Image: image,
    Entrypoint: ['/bin/sh', '-c', command],
    Cmd: [],
    // With a terminal the output comes as plain text.
    Tty: true,
    Labels: { [checkLabel]: diskId },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'bind', Source: source, Target: destination, ReadOnly: true }] },
  };
  const id = textOf(fieldsOf(await docker.call('POST', '/containers/create', createTimeoutMs, spec)).Id);
  try {
    await docker.call('POST', `/containers/${id}/start`, createTimeoutMs);
    const code = fieldsOf(await docker.call('POST', `/containers/${id}/wait`, commandTimeoutMs)).StatusCode;
    if (code === 0) return null;
    const output = await docker.text('GET', `/containers/${id}/logs?stdout=1&stderr=1&tail=5`);
    const said = output.trim().replaceAll(/\s+/g, ' ').slice(-shownOutput);
    return `the command of ${container} ended with ${String(code)}${said && `: ${said}`}`;
  } catch (error) {
    const isLate = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
    if (isLate) return `the command of ${container} took more than ${commandTimeoutMs / 60_000} minutes`;
    throw new Error(`the command of ${container} could not be run: ${reasonOf(error)}`, { cause: error });
  } finally {
    await removeCheckContainers(docker, diskId);
  }
}

/** @param diskId of one disk's check; null: of all. Success is: none is left. @throws Error when Docker does not answer. */
export async function removeCheckContainers(docker: DockerApi, diskId: string | null): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [diskId === null ? checkLabel : `${checkLabel}=${diskId}`] }));
  for (const { Id } of listOf(await docker.call('GET', `/containers/json?all=1&filters=${filters}`)))
    await docker.call('DELETE', `/containers/${textOf(Id)}?force=1&v=1`, createTimeoutMs).catch((error: unknown) => {
      if (!reasonOf(error).includes('answers 404') && !reasonOf(error).includes('answers 409')) throw error;
    });
}
