import { expect, it } from 'vitest';
import { containerName } from './container-name.js';

const swarm = (service: string, task: string, namespace?: string): Record<string, string> => ({
  'com.docker.swarm.service.name': service,
  'com.docker.swarm.task.name': task,
  ...(namespace === undefined ? {} : { 'com.docker.stack.namespace': namespace }),
});
const compose = (service: string, number?: string, oneOff = 'False'): Record<string, string> => ({
  'com.docker.compose.service': service,
  'com.docker.compose.oneoff': oneOff,
  ...(number === undefined ? {} : { 'com.docker.compose.container-number': number }),
});

it.each([
  ['a container of its own', 'redis', {}, 'redis', 'redis'],
  ['a service of Compose', 'dockhero-web-2', compose('web', '2'), 'web.2', 'web'],
  ['a service of Compose without a number', 'web', compose('web'), 'web.1', 'web'],
  ['`docker compose run`', 'dockhero-web-run-0f3a', compose('web', '1', 'True'), 'web.run', 'web'],
  ['a service of Swarm', 'web.3.x1y2', swarm('web', 'web.3.x1y2'), 'web.3', 'web'],
  ['a service of a stack, without the stack’s name', 'app_web.12.x1', swarm('app_web', 'app_web.12.x1', 'app'), 'web.12', 'web'],
  ['a service whose name begins like its stack’s', 'app2_web.1.x', swarm('app2_web', 'app2_web.1.x', 'app'), 'app2_web.1', 'app2_web'],
  ['a service with dots in its name', 'a.b.4.x1', swarm('a.b', 'a.b.4.x1'), 'a.b.4', 'a.b'],
  ['a global service, by host', 'agent.k2v9q.x1', swarm('agent', 'agent.k2v9q.x1'), 'agent.3', 'agent'],
  ['a service whose task is not named', 'agent', { 'com.docker.swarm.service.name': 'agent' }, 'agent.3', 'agent'],
])('%s', (_, name, labels, process, workload) => {
  expect(containerName(name, labels, 2)).toEqual({ process, workload });
});
