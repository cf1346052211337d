import { findCompose } from '../../docker/find-compose.js';
import { PluginError } from '../../plugin-error.js';
import type { Check } from '../check.js';
import { error, ok } from '../finding.js';

/** Is there a Compose? Without docker itself the other check says so. */
export const composeClient: Check = {
  name: 'Compose',
  async run(facts) {
    if ((await facts.dockerVersion()).missing) return [];
    try {
      const { file, args } = findCompose(facts.environment);
      return [ok('compose-client', `Compose is ${[file, ...args].join(' ')}`)];
    } catch (failure) {
      if (!(failure instanceof PluginError)) throw failure;
      return [
        error('compose-client-missing', failure.message.split('. ')[0] ?? '', 'Install it: https://docs.docker.com/compose/install/'),
      ];
    }
  },
};
