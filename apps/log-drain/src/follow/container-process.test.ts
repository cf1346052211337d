import { expect, it } from 'vitest';
import { containerProcess } from './container-process.js';

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
  ['a container of its own', 'redis', {}, 'dockhero.redis'],
  ['a service of Compose', 'dockhero-web-2', compose('web', '2'), 'dockhero.web.2'],
  ['a service of Compose without a number', 'web', compose('web'), 'dockhero.web.1'],
  ['`docker compose run`', 'dockhero-web-run-0f3a', compose('web', '1', 'True'), 'dockhero.web.run'],
  ['a service of Swarm', 'web.3.x1y2', swarm('web', 'web.3.x1y2'), 'dockhero.web.3'],
  ['a service of a stack, without the stack’s name', 'app_web.12.x1', swarm('app_web', 'app_web.12.x1', 'app'), 'dockhero.web.12'],
  ['a service whose name begins like its stack’s', 'app2_web.1.x', swarm('app2_web', 'app2_web.1.x', 'app'), 'dockhero.app2_web.1'],
  ['a service with dots in its name', 'a.b.4.x1', swarm('a.b', 'a.b.4.x1'), 'dockhero.a.b.4'],
  ['a global service, by host', 'agent.k2v9q.x1', swarm('agent', 'agent.k2v9q.x1'), 'dockhero.agent.3'],
  ['a service whose task is not named', 'agent', { 'com.docker.swarm.service.name': 'agent' }, 'dockhero.agent.3'],
])('%s', (_, name, labels, shown) => {
  expect(containerProcess(name, labels, 2)).toBe(shown);
});
