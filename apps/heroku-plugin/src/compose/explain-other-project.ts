import { readConnection } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import { askDocker } from '../docker/ask-docker.js';
import { dockerEnvironment } from '../docker/docker-environment.js';
import type { Variables } from '../env.js';

const askMs = 10_000;

/** Both tools call their networks after the project, and Docker has one network of a name. */
const others = {
  stack: { label: 'com.docker.compose.project', of: 'dh:compose', command: 'dh:compose down' },
  compose: { label: 'com.docker.stack.namespace', of: 'dh:deploy', command: 'dh:docker stack rm' },
} as const;

/**
 * When a deploy has failed and the same project was brought up by the other tool, says how to end it: Docker's own words are that a network
 * exists already. Never throws.
 * @param tool that has failed
 */
export async function explainOtherProject(
  session: Session,
  tool: keyof typeof others,
  { project, shell }: { readonly project: string; readonly shell: Variables },
): Promise<void> {
  const record = await readConnection(session.folder);
  if (record === null) return;
  const { label, of, command } = others[tool];
  const asked = ['network', 'ls', '--filter', `label=${label}=${project}`, '--format', '{{.Name}}'];
  const names = await askDocker(asked, dockerEnvironment(shell, record), { timeoutMs: askMs }).catch(() => '');
  if (names === '') return;
  const call = tool === 'compose' ? `${command} ${project}` : command;
  session.terminal.warn(
    `heroku ${of} has this project up, with ${names.split('\n').join(', ')}: that may be why. heroku ${call}${session.flags} ends its containers; volumes stay.`,
  );
}
