import { stackfileName } from '../../compose/choose-stackfiles.js';
import { StackfileError } from '../../stackfile/stackfile-error.js';
import type { Check } from '../check.js';
import { ownFlags } from '../facts.js';
import { error, ok, warning } from '../finding.js';

/** Is there a stackfile, and can it be read? */
export const stackfile: Check = {
  name: 'the stackfile',
  async run(facts) {
    try {
      if (await facts.stackfiles()) return [ok('stackfile', `${stackfileName} can be read`)];
      return [
        warning(
          'stackfile-missing',
          `There is no ${stackfileName} in this folder.`,
          'Go to the folder that has it, or take a ready-made one: heroku dh:generate helloworld',
        ),
      ];
    } catch (failure) {
      if (!(failure instanceof StackfileError)) throw failure;
      return [error('stackfile-unreadable', failure.message, `Mend it, then: heroku dh:compose config${ownFlags(facts)}`)];
    }
  },
};
