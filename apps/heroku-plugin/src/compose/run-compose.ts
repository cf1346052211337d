import { existsSync } from 'node:fs';
import type { Session } from '../connection/session.js';
import { composeToolOf } from '../docker/compose-tool-of.js';
import { diskLookOfCompose } from '../docker/disk-look.js';
import { findCompose } from '../docker/find-compose.js';
import { isFailure, runDocker } from '../docker/run-docker.js';
import type { Variables } from '../env.js';
import { variablesNeededBy } from '../stackfile/commands-needing-variables.js';
import { mentionedInArguments } from '../stackfile/mentioned-names.js';
import { parseComposeArguments } from '../stackfile/parse-compose-arguments.js';
import { readStackfiles } from '../stackfile/read-stackfile.js';
import { chooseStackfiles, projectFolder } from './choose-stackfiles.js';
import { explainOtherProject } from './explain-other-project.js';
import { gatherEnvironment } from './gather-environment.js';
import { envFilePaths, readEnvFiles } from './read-env-files.js';
import { readMentionedNames } from './read-mentioned-names.js';
import { withoutCaBundles } from './without-ca-bundles.js';

/** Every stack's containers, networks and volumes begin with it. */
export const projectName = 'dockhero';

/** Runs compose on the app's stackfile and config vars. @returns compose's exit code. */
export async function runCompose(session: Session, args: readonly string[], shell: Variables, folder = process.cwd()): Promise<number> {
  const client = findCompose(shell);
  const call = parseComposeArguments(args);
  const scope = variablesNeededBy(call);
  const needsNoFile = call.onlyTells || call.subcommand === undefined || call.subcommand === 'version' || call.subcommand === 'help';
  const { option, files } = needsNoFile ? { option: [], files: [] } : chooseStackfiles(call.files, '--file', folder, existsSync);
  const name = call.projectName === undefined ? ['-p', projectName] : [];
  const project = projectFolder(files, call.projectDirectory, folder);

  const tool = needsNoFile ? 'compose' : await composeToolOf(client, shell, session.dataFolder);
  const dotenv = needsNoFile ? {} : await readEnvFiles(call.envFiles, project, folder, shell, tool);
  const stackfiles = await readStackfiles(files, folder);
  const envFiles = envFilePaths(call.envFiles, project, folder);
  const mentioned = await readMentionedNames({ stackfiles, files, envFiles, project, folder });
  const called = mentionedInArguments(call.rest);
  const base = async (): Promise<Variables> => {
    const environment = await gatherEnvironment(session, { stackfiles, tool, scope, shell, dotenv, mentioned, called });
    return tool === 'compose-1' ? withoutCaBundles(environment) : environment;
  };
  const disk = diskLookOfCompose(call, shell);
  const code = await runDocker(session, { file: client.file, args: [...client.args, ...option, ...name, ...args], base, disk });
  // What needs no room starts no containers either.
  if (isFailure(code) && disk !== 'never')
    await explainOtherProject(session, 'compose', { project: call.projectName ?? projectName, shell });
  return code;
}
