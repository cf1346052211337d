import { fieldOf, textOf } from '../stack-services.js';
import type { Finding } from './finding.js';
import type { Stackfile } from '../stackfile.js';

/** Secrets and configs from a file: `docker compose` mounts that file, on the machine that runs the container. */
export function findLocalFiles(stackfiles: readonly Stackfile[]): readonly Finding[] {
  return stackfiles.flatMap(({ file, format, root }) =>
    format === 'v1'
      ? []
      : ['secrets', 'configs'].flatMap((section) => {
          const entries = fieldOf(root, section);
          return (entries?.kind === 'map' ? [...entries.entries] : []).flatMap(([name, { node, position }]) =>
            textOf(fieldOf(node, 'file')) === undefined
              ? []
              : [
                  {
                    code: 'local-file' as const,
                    service: '',
                    place: { file, position, path: `${section}.${name}`, keys: [section, name, 'file'] },
                    problem: 'dh:compose mounts this file from the Docker host, which does not have it.',
                    mend: 'Use dh:deploy, which sends the file; or take the value from a variable (environment: under the secret or config).',
                  },
                ],
          );
        }),
  );
}
