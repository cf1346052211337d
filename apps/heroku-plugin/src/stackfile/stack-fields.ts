import type { Place } from './find-variables.js';
import type { Stackfile } from './stackfile.js';
import type { MapNode, StackEntry, StackNode } from './stack-node.js';
import type { StackTrap } from './stack-trap.js';

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Read by `docker stack deploy` and done. */
const doneFields = words(`
  cap_add cap_drop command configs credential_spec depends_on deploy dns dns_search entrypoint env_file environment extra_hosts healthcheck
  hostname image init isolation labels logging networks oom_score_adj ports read_only secrets stdin_open stop_grace_period stop_signal sysctls
  tmpfs tty ulimits user volumes working_dir`);

/** Read and ignored, what to do instead where there is something. */
const ignoredFields: ReadonlyMap<string, string> = new Map([
  ['build', 'Build and push the image first, and name it under image.'],
  ['restart', 'Use deploy.restart_policy; without it a stack always restarts.'],
  ['container_name', 'A stack names its containers itself.'],
  ['expose', 'Services of a stack reach each other without it.'],
  ['links', 'Services of a stack reach each other by name without it.'],
  ['external_links', 'Put both on an external network.'],
  ['network_mode', 'Name networks under networks.'],
  ...[
    'cgroupns_mode',
    'cgroup_parent',
    'devices',
    'domainname',
    'ipc',
    'mac_address',
    'pid',
    'privileged',
    'security_opt',
    'shm_size',
    'userns_mode',
  ].map((field) => [field, 'A stack cannot have it: use dh:compose for this service.'] as const),
]);

/** Refused, with what does the same in a stack. All other fields that are not listed here are refused too. */
const insteadOf: ReadonlyMap<string, string> = new Map([
  ['extends', 'Write the fields out, or share them by a YAML anchor.'],
  ['volumes_from', 'Name the volumes under volumes.'],
  ['volume_driver', 'Say the driver under the top-level volumes.'],
  ['mem_limit', 'Use deploy.resources.limits.memory.'],
  ['memswap_limit', 'Use deploy.resources.limits.memory.'],
  ['mem_reservation', 'Use deploy.resources.reservations.memory.'],
  ['cpus', 'Use deploy.resources.limits.cpus.'],
  ['cpu_quota', 'Use deploy.resources.limits.cpus.'],
  ['cpu_shares', 'Use deploy.resources.limits.cpus.'],
  ['pids_limit', 'Use deploy.resources.limits.pids.'],
  ['scale', 'Use deploy.replicas.'],
  ['log_driver', 'Use logging.driver.'],
  ['log_opt', 'Use logging.options.'],
  ['profiles', 'A stack deploys all its services: keep the others in a file of their own.'],
]);

const topLevelFields = words('version services networks volumes secrets configs');

/** What `docker stack deploy` refuses or ignores, whatever the variables are. */
export function findFieldTraps(stackfile: Stackfile): readonly StackTrap[] {
  const { root } = stackfile;
  if (stackfile.format === 'v1') {
    return [
      trap(stackfile, 'refuse', 'version', root, [], 'docker stack deploy wants the services under services:', 'Indent them below it.'),
    ];
  }
  return [
    ...versionTraps(stackfile),
    ...[...root.entries].flatMap(([key, entry]) =>
      topLevelFields.has(key) || key.startsWith('x-')
        ? []
        : [
            trap(
              stackfile,
              'refuse',
              'refused-field',
              entry,
              [key],
              `docker stack deploy refuses ${key}: at the top of the file.`,
              'Leave it out.',
            ),
          ],
    ),
    ...[...mapAt(root, 'services')].flatMap(([service, { node }]) =>
      [...entriesOf(node)].flatMap(([field, entry]) => serviceTraps(stackfile, service, field, entry)),
    ),
  ];
}

function versionTraps(stackfile: Stackfile): readonly StackTrap[] {
  const entry = stackfile.root.entries.get('version');
  if (entry?.node.kind !== 'scalar') return [];
  const { value } = entry.node;
  if (typeof value !== 'string') {
    return [
      trap(
        stackfile,
        'refuse',
        'version',
        entry,
        ['version'],
        'docker stack deploy wants the version as text.',
        'Put it in quotes: "3.8".',
      ),
    ];
  }
  if (value === '' || /^3(?:\.\d+)?$/.test(value)) return [];
  return [
    trap(
      stackfile,
      'refuse',
      'version',
      entry,
      ['version'],
      `docker stack deploy does not read version "${value}".`,
      'Write "3.8", or leave version out.',
    ),
  ];
}

function serviceTraps(stackfile: Stackfile, service: string, field: string, entry: StackEntry): readonly StackTrap[] {
  const keys = ['services', service, field];
  if (field === 'depends_on' && entry.node.kind === 'map') {
    return [
      trap(
        stackfile,
        'refuse',
        'refused-field',
        entry,
        keys,
        'docker stack deploy wants depends_on as a list.',
        'List the names; a stack does not wait for conditions.',
      ),
    ];
  }
  if (field === 'ports') return portTraps(stackfile, keys, entry);
  if (doneFields.has(field) || field.startsWith('x-')) return [];
  const ignored = ignoredFields.get(field);
  if (ignored) return [trap(stackfile, 'warn', 'ignored-field', entry, keys, `docker stack deploy ignores ${field}.`, ignored)];
  const mend = insteadOf.get(field) ?? 'Leave it out, or use dh:compose.';
  return [trap(stackfile, 'refuse', 'refused-field', entry, keys, `docker stack deploy refuses ${field}.`, mend)];
}

function portTraps(stackfile: Stackfile, keys: readonly string[], { node }: StackEntry): readonly StackTrap[] {
  if (node.kind !== 'list') return [];
  return node.items.flatMap((item) => {
    const published = entriesOf(item).get('published');
    if (published?.node.kind !== 'scalar' || typeof published.node.value !== 'string' || published.node.value.includes('$')) return [];
    return [
      trap(
        stackfile,
        'refuse',
        'published-text',
        published,
        [...keys, 'published'],
        'docker stack deploy wants published as a number.',
        'Leave the quotes out.',
      ),
    ];
  });
}

function entriesOf(node: StackNode): MapNode['entries'] {
  return node.kind === 'map' ? node.entries : new Map<string, StackEntry>();
}

function mapAt(root: MapNode, key: string): MapNode['entries'] {
  const node = root.entries.get(key)?.node;
  return node ? entriesOf(node) : new Map<string, StackEntry>();
}

function trap(
  stackfile: Stackfile,
  severity: StackTrap['severity'],
  code: string,
  { position }: Pick<StackNode, 'position'>,
  keys: readonly string[],
  problem: string,
  mend: string,
): StackTrap {
  const path = (keys[0] === 'services' ? keys.slice(1) : keys).join('.');
  const place: Place = { file: stackfile.file, position, path: path || 'services', keys };
  return { code, severity, place, problem, mend };
}
