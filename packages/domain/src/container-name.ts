const swarmService = 'com.docker.swarm.service.name';
const swarmTask = 'com.docker.swarm.task.name';
const stackNamespace = 'com.docker.stack.namespace';
const composeService = 'com.docker.compose.service';
const composeNumber = 'com.docker.compose.container-number';
const composeOneOff = 'com.docker.compose.oneoff';

/** What people call a container. */
export interface ContainerName {
  /** `web.1`: as in `heroku logs`, there after `dockhero.`. */
  readonly process: string;
  /** `web`: what outlives one container. */
  readonly workload: string;
}

/**
 * `<service>.<n>` for services of Compose and Swarm, else the container's own name. Services without slots (`mode: global`) are numbered
 * by host. The log drain and the host agent both name by this, so an alert and a log line are of the same process.
 * @param hostIndex from 0.
 */
export function containerName(name: string, labels: Readonly<Record<string, string>>, hostIndex: number): ContainerName {
  const ofSwarm = labels[swarmService];
  if (ofSwarm !== undefined) {
    const namespace = labels[stackNamespace];
    const service = namespace && ofSwarm.startsWith(`${namespace}_`) ? ofSwarm.slice(namespace.length + 1) : ofSwarm;
    // `<service>.<slot>.<task id>`; a global service has its node's id in place of the slot.
    const slot = labels[swarmTask]?.slice(ofSwarm.length + 1).split('.')[0] ?? '';
    return { process: `${service}.${/^\d+$/.test(slot) ? slot : String(hostIndex + 1)}`, workload: service };
  }
  const ofCompose = labels[composeService];
  if (ofCompose === undefined) return { process: name, workload: name };
  const isOneOff = labels[composeOneOff]?.toLowerCase() === 'true';
  return { process: `${ofCompose}.${isOneOff ? 'run' : (labels[composeNumber] ?? '1')}`, workload: ofCompose };
}
