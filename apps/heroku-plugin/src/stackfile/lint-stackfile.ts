import { fillWith } from './fill-text.js';
import type { Lookup } from './interpolate.js';
import { findDynoPorts } from './lint/dyno-port.js';
import { findVolumeFaults } from './lint/dockhero-volumes.js';
import type { Finding, LintCheck } from './lint/finding.js';
import { findFixedHosts } from './lint/fixed-host.js';
import { findUnservedHttps } from './lint/https-unserved.js';
import { findLiteralSecrets } from './lint/literal-secret.js';
import { findLocalFiles } from './lint/local-file.js';
import { findOpenDatabases } from './lint/open-database.js';
import { findRelativeMounts } from './lint/relative-mount.js';
import type { Stackfile } from './stackfile.js';
import { servicesOf } from './stack-services.js';

export interface LintOptions {
  /** Host names and addresses of the machine, when known: they should not stand in the file. */
  readonly hosts?: readonly string[];
  /** Values of variables, for ports; without it only defaults are known. */
  readonly lookup?: Lookup;
}

const checks: readonly LintCheck[] = [
  findRelativeMounts,
  findDynoPorts,
  findOpenDatabases,
  findFixedHosts,
  findUnservedHttps,
  findLiteralSecrets,
];

/** What will likely go wrong with these stackfiles on a remote machine, in the order of the files. Throws nothing. */
export function lintStackfile(
  stackfiles: readonly Stackfile[],
  { hosts = [], lookup = () => undefined }: LintOptions = {},
): readonly Finding[] {
  const services = servicesOf(stackfiles);
  const fill = fillWith(lookup);
  const findings = [
    ...oldFormats(stackfiles),
    ...checks.flatMap((check) => check(services, { hosts, fill })),
    ...findLocalFiles(stackfiles),
    ...findVolumeFaults(stackfiles, fill),
  ];
  const order = new Map(stackfiles.map((stackfile, index) => [stackfile.file, index]));
  return findings.toSorted(
    (a, b) => (order.get(a.place.file) ?? 0) - (order.get(b.place.file) ?? 0) || a.place.position.line - b.place.position.line,
  );
}

function oldFormats(stackfiles: readonly Stackfile[]): readonly Finding[] {
  return stackfiles
    .filter(({ format }) => format === 'v1')
    .map(({ file, root: { position } }) => ({
      code: 'old-format',
      service: '',
      place: { file, position, path: 'services', keys: [] },
      problem:
        'This is a file of version 1: services stand at its top. Only docker-compose 1.x reads it; docker compose and docker stack refuse it.',
      mend: 'Put services: at the top and indent the rest below it; replace links by service names.',
    }));
}
