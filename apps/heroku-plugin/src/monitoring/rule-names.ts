import type { AlertRule } from '@dockhero/contracts/monitoring-api';

// Said again here: at run time the plugin has no package of the workspace. The type sees to it that none is missing.
const rules: Readonly<Record<AlertRule, true>> = {
  memory: true,
  disk: true,
  inodes: true,
  'disk-filling': true,
  'oom-kill': true,
  'restart-loop': true,
  unhealthy: true,
  'host-silent': true,
  certificate: true,
  'logs-behind': true,
  backup: true,
};

/** What alerts are called. */
export const ruleNames: string[] = Object.keys(rules);
