import { findVariables } from '../../stackfile/find-variables.js';
import { findMissing } from '../../stackfile/missing-variables.js';
import { StackfileError } from '../../stackfile/stackfile-error.js';
import type { Check } from '../check.js';
import { appFlag } from '../facts.js';
import { error, ok } from '../finding.js';

/** Does every variable that the stackfile names have a value? */
export const missingVariables: Check = {
  name: "the stackfile's variables",
  async run(facts) {
    const files = await facts.stackfilesOrNull();
    if (!files) return [];
    try {
      const lookup = await facts.lookup();
      if (!lookup) return [];
      const missing = findMissing(findVariables(files), lookup);
      if (missing.length === 0) return [ok('variables', 'Every variable of the stackfile has a value')];
      return missing.map(({ name, message, places }) => {
        const where = places.map(({ path }) => path).join(', ');
        return error(
          'variable-missing',
          `${name} has no value; ${where} needs it${message ? ` (${message})` : ''}.`,
          `heroku config:set ${name}=VALUE${appFlag(facts)}`,
        );
      });
    } catch (failure) {
      if (!(failure instanceof StackfileError)) throw failure;
      return [
        error(
          'variable-unreadable',
          failure.message,
          'In the stackfile a variable is written ${NAME}, a dollar sign $$; in .env each line is NAME=value.',
        ),
      ];
    }
  },
};
