import { execFile } from 'node:child_process';
import { connect } from '../connection/connect.js';
import type { Session } from '../connection/session.js';
import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';
import { dockerEnvironment } from './docker-environment.js';
import { emptyArchive, findImageArguments, hostShellArguments, importImageArguments } from './host-shell.js';
import { runDocker } from './run-docker.js';

const preparationMs = 60_000;

/** A root shell on the add-on's host, or one command in it. @returns its exit code. */
export async function openHostShell(session: Session, words: readonly string[], shell: Variables): Promise<number> {
  const environment = dockerEnvironment(shell, await connect(session));
  // A failure to look is shown by the run itself, which explains it.
  const found = await docker(findImageArguments, environment).catch(() => 'unknown');
  if (found === '') await docker(importImageArguments, environment, emptyArchive);
  const terminal = { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY };
  return runDocker(session, { file: 'docker', args: hostShellArguments(words, terminal), base: shell });
}

/** Runs docker unseen. @returns what it printed. @throws PluginError with its words. */
function docker(args: readonly string[], environment: Variables, input?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...environment }, timeout: preparationMs };
    const child = execFile('docker', [...args], options, (error, stdout, stderr) => {
      if (error) reject(new PluginError(`The host's shell could not be prepared: ${stderr.trim() || error.message}`));
      else resolve(stdout.trim());
    });
    // When docker ends before it has read all, its own words say why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
