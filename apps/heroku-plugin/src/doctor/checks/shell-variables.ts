import type { Check } from '../check.js';
import { ownFlags } from '../facts.js';
import { ok, warning, type Finding } from '../finding.js';

/** Does the shell point plain `docker` somewhere, or hold back the client? Our own commands are not affected by the first kind. */
export const shellVariables: Check = {
  name: "the shell's variables",
  async run(facts) {
    const { DOCKER_HOST, DOCKER_CONTEXT, DOCKER_API_VERSION } = facts.environment;
    const findings: Finding[] = [];
    if (DOCKER_HOST) findings.push(await judgeHost(DOCKER_HOST, (await facts.connectionOrNull())?.dockerHost, ownFlags(facts)));
    else if (DOCKER_CONTEXT) {
      findings.push(
        warning(
          'docker-context-set',
          `DOCKER_CONTEXT=${DOCKER_CONTEXT} is set in this shell: plain docker commands go there, dh: commands to the add-on.`,
          'If that is not meant: unset DOCKER_CONTEXT',
        ),
      );
    }
    if (DOCKER_API_VERSION) {
      findings.push(
        warning(
          'docker-api-version-set',
          `DOCKER_API_VERSION=${DOCKER_API_VERSION} is set in this shell: the client does not adapt to the host then.`,
          'unset DOCKER_API_VERSION',
        ),
      );
    }
    return findings.length > 0 ? findings : [ok('shell-variables', 'The shell points docker nowhere else')];
  },
};

async function judgeHost(host: string, ours: string | undefined, flags: string): Promise<Finding> {
  const undo = `If that is not meant: eval "$(heroku dh:env --unset${flags})"`;
  if (host === ours) {
    return warning(
      'docker-host-is-ours',
      "DOCKER_HOST is set in this shell: plain docker commands act on the add-on's host, also docker rm and prune.",
      undo,
    );
  }
  return warning(
    'docker-host-set',
    `DOCKER_HOST=${host} is set in this shell: plain docker commands go there, dh: commands to the add-on.`,
    undo,
  );
}
