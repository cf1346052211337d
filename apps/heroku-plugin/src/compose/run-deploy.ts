import { existsSync } from 'node:fs';
import type { Session } from '../connection/session.js';
import { diskLookOfDocker } from '../docker/disk-look.js';
import { isFailure, runDocker } from '../docker/run-docker.js';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { fillWith } from '../stackfile/fill-text.js';
import { findVolumeFaults } from '../stackfile/lint/dockhero-volumes.js';
import { readStackfiles } from '../stackfile/read-stackfile.js';
import type { Stackfile } from '../stackfile/stackfile.js';
import { explainStackTrap, findStackTraps } from '../stackfile/stack-deploy-traps.js';
import { chooseStackfiles, projectFolder } from './choose-stackfiles.js';
import { explainOtherProject } from './explain-other-project.js';
import { gatherEnvironment } from './gather-environment.js';
import { envFilePaths, readEnvFiles } from './read-env-files.js';
import { readMentionedNames } from './read-mentioned-names.js';
import { projectName } from './run-compose.js';

/**
 * Deploys the app's stackfile as a stack of the Swarm. Docker reads no `.env` here and knows an older grammar of variables: what it would misread
 * is refused before.
 * @returns docker's exit code.
 */
export async function runDeploy(session: Session, args: readonly string[], shell: Variables, folder = process.cwd()): Promise<number> {
  const asksForHelp = args.some((word) => word === '--help' || word === '-h');
  const named = composeFilesOf(args);
  const { option, files } = asksForHelp ? { option: [], files: [] } : chooseStackfiles(named, '--compose-file', folder, existsSync);
  const within = projectFolder(files, undefined, folder);
  const dotenv = await readEnvFiles([], within, folder, shell, 'stack');
  const stackfiles = await readStackfiles(files, folder);
  refuseTraps(session, stackfiles);
  for (const fault of findVolumeFaults(
    stackfiles,
    fillWith((name) => shell[name]),
  ))
    session.terminal.warn(explainStackTrap(fault));
  const envFiles = envFilePaths([], within, folder);
  const mentioned = await readMentionedNames({ stackfiles, files, envFiles, project: within, folder });
  const base = () => gatherEnvironment(session, { stackfiles, tool: 'stack', scope: 'all', shell, dotenv, mentioned });
  const call = ['stack', 'deploy', ...option, projectName, ...args];
  const code = await runDocker(session, { file: 'docker', args: call, base, disk: asksForHelp ? 'never' : diskLookOfDocker(call, shell) });
  if (isFailure(code)) await explainOtherProject(session, 'stack', { project: projectName, shell });
  return code;
}

/** Warns of what docker would ignore. @throws PluginError for what it would misread. */
function refuseTraps(session: Session, stackfiles: readonly Stackfile[]): void {
  const traps = findStackTraps(stackfiles);
  for (const trap of traps) if (trap.severity === 'warn') session.terminal.warn(explainStackTrap(trap));
  const refused = traps.filter(({ severity }) => severity === 'refuse');
  if (refused.length > 0) throw new PluginError(refused.map(explainStackTrap).join('\n'));
}

/** Values of `-c` and `--compose-file`; `-` is standard input, which only docker reads. */
export function composeFilesOf(args: readonly string[]): readonly string[] {
  return args.flatMap((word, index) => {
    if (word === '-c' || word === '--compose-file') return args[index + 1] ?? [];
    if (word.startsWith('--compose-file=')) return word.slice('--compose-file='.length);
    return /^-c[^-]/.test(word) ? word.slice(2).replace(/^=/, '') : [];
  });
}
