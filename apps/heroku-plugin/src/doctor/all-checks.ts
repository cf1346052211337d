import type { Check } from './check.js';
import { addon } from './checks/addon.js';
import { alerts } from './checks/alerts.js';
import { buildContext } from './checks/build-context.js';
import { certificate } from './checks/certificate.js';
import { clock } from './checks/clock.js';
import { composeClient } from './checks/compose-client.js';
import { dockerApiVersion } from './checks/docker-api-version.js';
import { dockerClient } from './checks/docker-client.js';
import { hostDisk } from './checks/host-disk.js';
import { hostReachable } from './checks/host-reachable.js';
import { missingVariables } from './checks/missing-variables.js';
import { planMemory } from './checks/plan-memory.js';
import { shellVariables } from './checks/shell-variables.js';
import { stackLint } from './checks/stack-lint.js';
import { stackTraps } from './checks/stack-traps.js';
import { stackfile } from './checks/stackfile.js';
import { volumes } from './checks/volumes.js';

/** In the order of the report: this machine, the add-on, the way to it, the stack. They run at once. */
export const allChecks: readonly Check[] = [
  dockerClient,
  composeClient,
  shellVariables,
  clock,
  addon,
  certificate,
  hostReachable,
  dockerApiVersion,
  hostDisk,
  alerts,
  volumes,
  planMemory,
  stackfile,
  missingVariables,
  stackLint,
  stackTraps,
  buildContext,
];
