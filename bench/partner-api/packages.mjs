// The benchmark is no package of the workspace: it takes the very libraries that the partner API runs on.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../apps/partner-api/package.json', import.meta.url));

export function fromPartnerApi(name) {
  return import(pathToFileURL(require.resolve(name)).href);
}
