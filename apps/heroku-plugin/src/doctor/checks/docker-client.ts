import type { Check } from '../check.js';
import { error, ok } from '../finding.js';

/** Is there a docker client at all? */
export const dockerClient: Check = {
  name: 'the docker client',
  async run(facts) {
    const { missing, client } = await facts.dockerVersion();
    if (missing)
      return [
        error(
          'docker-client-missing',
          "Couldn't find the docker client on this machine.",
          'Install it: https://docs.docker.com/get-docker/',
        ),
      ];
    if (!client) {
      return [
        error(
          'docker-client-broken',
          'The docker client does not say its version.',
          'See what it says: docker version',
          'Install it anew: https://docs.docker.com/get-docker/',
        ),
      ];
    }
    return [ok('docker-client', `docker ${client.version}`)];
  },
};
