import { declaredVolumes, type DeclaredVolume, mountedVolumes } from '../named-volumes.js';
import type { Stackfile } from '../stackfile.js';
import { fieldOf, placeIn, type StackService, servicesOf, textOf } from '../stack-services.js';
import type { Finding } from './finding.js';

/** What the driver takes. */
const options = ['size', 'type', 'iops', 'throughput', 'fs', 'backups'];

/** Volumes of driver dockhero whose options it refuses, or that more than one task would want at once. */
export function findVolumeFaults(stackfiles: readonly Stackfile[], fill: (text: string) => string): readonly Finding[] {
  const ours = declaredVolumes(stackfiles, fill).filter(({ driver }) => driver === 'dockhero');
  if (ours.length === 0) return [];
  const keys = new Set(ours.map(({ key }) => key));
  return [...ours.flatMap(unknownOptions), ...servicesOf(stackfiles).flatMap((service) => sharingFaults(service, keys, fill))];
}

function unknownOptions({ key, file, entry }: DeclaredVolume): readonly Finding[] {
  const given = fieldOf(entry.node, 'driver_opts');
  if (given?.kind !== 'map') return [];
  return [...given.entries].flatMap(([option, { position }]) =>
    options.includes(option)
      ? []
      : [
          {
            code: 'volume-option' as const,
            service: '',
            place: { file, position, path: `volumes.${key}.driver_opts.${option}`, keys: ['volumes', key, 'driver_opts', option] },
            problem: `The driver dockhero has no option ${option} and refuses the volume.`,
            mend: `It takes ${options.join(', ')}.`,
          },
        ],
  );
}

function sharingFaults(service: StackService, ours: ReadonlySet<string>, fill: (text: string) => string): readonly Finding[] {
  const mounted = mountedVolumes(service, fill).find(({ key }) => ours.has(key));
  if (!mounted) return [];
  const deploy = fieldOf(service.node, 'deploy');
  const found: Finding[] = [];
  const replicas = (deploy && fieldOf(deploy, 'replicas')) ?? fieldOf(service.node, 'scale');
  if (replicas && Number(fill(textOf(replicas) ?? '')) > 1 && !isPinned(service, fill)) {
    found.push({
      code: 'volume-shared',
      service: service.name,
      place: placeIn(service, fieldOf(service.node, 'scale') === replicas ? 'scale' : 'deploy.replicas', replicas),
      problem: `Several replicas mount ${mounted.key}, and one host has it at a time: those on other hosts do not start.`,
      mend: 'Take one replica, or hold them on one host: deploy.placement.constraints: ["node.hostname == …"].',
    });
  }
  const update = deploy && fieldOf(deploy, 'update_config');
  const order = update && fieldOf(update, 'order');
  if (order && fill(textOf(order) ?? '') === 'start-first') {
    found.push({
      code: 'volume-start-first',
      service: service.name,
      place: placeIn(service, 'deploy.update_config.order', order),
      problem: `With start-first the new task wants ${mounted.key} while the old one writes to it: two write at once, or the new one never starts.`,
      mend: 'Write order: stop-first, which is the default.',
    });
  }
  return found;
}

/** Whether all tasks are on one host. */
function isPinned({ node }: StackService, fill: (text: string) => string): boolean {
  const placement = fieldOf(fieldOf(node, 'deploy') ?? node, 'placement');
  const constraints = placement && fieldOf(placement, 'constraints');
  return constraints?.kind === 'list' && constraints.items.some((item) => /^\s*node\.(?:hostname|id)\s*==/.test(fill(textOf(item) ?? '')));
}
