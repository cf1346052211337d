import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Check } from '../check.js';
import { type Finding, ok, warning } from '../finding.js';
import { type FolderSize, measureFolder } from '../measure-folder.js';
import { formatMemory } from '../parse-memory.js';
import { plainServices } from '../plain-services.js';

/** More than this takes a minute on an ordinary line, for every build. */
const bigBytes = 20 * 1024 ** 2;

/** A build sends its whole folder over the Internet: is a big one without `.dockerignore`? */
export const buildContext: Check = {
  name: 'the build contexts',
  async run(facts) {
    const files = await facts.stackfilesOrNull();
    if (!files) return [];
    const lookup = await facts.knownValues();
    const folders = new Set(Object.values(plainServices(files, lookup)).flatMap(contextOf));
    const findings = await Promise.all([...folders].map((folder) => judge(facts.folder, folder)));
    return findings.flat();
  },
};

function contextOf({ build }: { build?: unknown }): string[] {
  const context = typeof build === 'object' && build !== null ? ((build as { context?: unknown }).context ?? '.') : build;
  // A repository is fetched by the host itself.
  return typeof context === 'string' && !/^(\w+:\/\/|git@|github\.com\/)/.test(context) ? [context] : [];
}

async function judge(root: string, context: string): Promise<Finding[]> {
  const folder = resolve(root, context);
  const size = await measureFolder(folder).catch(() => null);
  if (size === null) {
    return [
      warning(
        'build-context-missing',
        `The build context ${context} is not a folder here.`,
        'Run the command where the stackfile is, or correct build: in it.',
      ),
    ];
  }
  const isIgnored = await Promise.any([access(join(folder, '.dockerignore')), access(join(folder, 'Dockerfile.dockerignore'))]).then(
    () => true,
    () => false,
  );
  if (isIgnored || (size.bytes < bigBytes && !size.more)) return [ok('build-context', `The build context ${context} is fit to be sent`)];
  return [bigContext(context, size)];
}

function bigContext(context: string, { bytes, largest, more }: FolderSize): Finding {
  const names = largest.filter((child) => child.bytes > 1024 ** 2).map(({ name }) => name);
  const holds = names.length > 0 ? ` (mostly ${names.join(', ')})` : '';
  const lines = [...new Set([...names.filter((name) => name === 'node_modules' || name.startsWith('.')), '.git', 'node_modules', '.env'])];
  return warning(
    'dockerignore-missing',
    `Every build sends ${more ? 'more than ' : ''}${formatMemory(bytes)} from ${context} to the host${holds}: there is no .dockerignore.`,
    `printf '%s\\n' ${lines.join(' ')} > ${join(context, '.dockerignore')}`,
  );
}
