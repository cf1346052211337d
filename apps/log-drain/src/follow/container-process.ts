const swarmService = 'com.docker.swarm.service.name';
const swarmTask = 'com.docker.swarm.task.name';
const stackNamespace = 'com.docker.stack.namespace';
const composeService = 'com.docker.compose.service';
const composeNumber = 'com.docker.compose.container-number';
const composeOneOff = 'com.docker.compose.oneoff';

/**
 * What customers see in brackets: `dockhero.<service>.<n>` for services of Compose and Swarm, else `dockhero.<name>`. Services without slots
 * (`mode: global`) are numbered by host.
 * @param hostIndex from 0.
 */
export function containerProcess(name: string, labels: Readonly<Record<string, string>>, hostIndex: number): string {
  const ofSwarm = labels[swarmService];
  if (ofSwarm !== undefined) {
    const namespace = labels[stackNamespace];
    const service = namespace && ofSwarm.startsWith(`${namespace}_`) ? ofSwarm.slice(namespace.length + 1) : ofSwarm;
    // `<service>.<slot>.<task id>`; a global service has its node's id in place of the slot.
    const slot = labels[swarmTask]?.slice(ofSwarm.length + 1).split('.')[0] ?? '';
    return `dockhero.${service}.${/^\d+$/.test(slot) ? slot : String(hostIndex + 1)}`;
  }
  const ofCompose = labels[composeService];
  if (ofCompose === undefined) return `dockhero.${name}`;
  const isOneOff = labels[composeOneOff]?.toLowerCase() === 'true';
  return `dockhero.${ofCompose}.${isOneOff ? 'run' : (labels[composeNumber] ?? '1')}`;
}
