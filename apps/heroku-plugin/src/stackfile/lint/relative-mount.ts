import type { StackNode } from '../stack-node.js';
import { fieldOf, placeIn, textOf } from '../stack-services.js';
import type { LintCheck } from './finding.js';

/** `.`, `./x`, `~/x`, `$PWD/x`, `C:\x`: places on the user's own machine. Compose takes what starts with a dot for a path. */
const local = /^(?:[.~]|\$\{?(?:PWD|HOME)\b|[a-z]:[\\/])/i;

/** Bind mounts that mean a folder of the user's machine: the Docker host looks for it on itself, and makes an empty one. */
export const findRelativeMounts: LintCheck = (services) =>
  services.flatMap((service) => {
    const volumes = fieldOf(service.node, 'volumes');
    return (volumes?.kind === 'list' ? volumes.items : []).flatMap((item) =>
      local.test(sourceOf(item))
        ? [
            {
              code: 'relative-mount' as const,
              service: service.name,
              place: placeIn(service, 'volumes', item),
              problem: 'This mounts a folder of your own machine, which the Docker host does not have: it mounts an empty folder instead.',
              mend: 'Copy the files into the image (COPY in its Dockerfile), or use a named volume.',
            },
          ]
        : [],
    );
  });

/** Empty for what is no bind mount. */
function sourceOf(item: StackNode): string {
  if (item.kind !== 'map') {
    const text = textOf(item) ?? '';
    return text.includes(':') ? text : '';
  }
  return textOf(fieldOf(item, 'type')) === 'bind' ? (textOf(fieldOf(item, 'source')) ?? '') : '';
}
