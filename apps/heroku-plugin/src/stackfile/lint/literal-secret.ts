import { parseTemplate, InvalidInterpolation } from '../parse-template.js';
import type { TextValue } from '../find-variables.js';
import type { LintCheck } from './finding.js';

const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?)(?:_BASE)?$|PASSWORD$/i;
/** `MYSQL_RANDOM_ROOT_PASSWORD: "yes"` is a switch, not a password. */
const switchValue = /^(?:y|yes|n|no|on|off|true|false|0|1)$/i;
const passwordInUrl = /:\/\/[^\s:@/$]*:[^\s@/$]+@/;

/** Secrets that are written into the stackfile, and so into its repository. The finding does not repeat them. */
export const findLiteralSecrets: LintCheck = (services) =>
  services.flatMap((service) =>
    service.texts.flatMap((value) => {
      const setting = settingOf(value);
      if (!setting || !isLiteral(setting.value)) return [];
      const isSecret = secretName.test(setting.name) && setting.value !== '' && !switchValue.test(setting.value);
      if (!isSecret && !passwordInUrl.test(setting.value)) return [];
      return [
        {
          code: 'literal-secret' as const,
          service: service.name,
          place: value.place,
          problem: `The secret ${setting.name} is written into the stackfile: everyone who reads the repository has it.`,
          mend: `Set it on the app, heroku config:set ${setting.name}=…, and write \${${setting.name}} here.`,
        },
      ];
    }),
  );

/** A line of `environment:` or `build.args:`. */
function settingOf({ text, isNull, inList, place: { keys } }: TextValue): { name: string; value: string } | undefined {
  const isBuild = keys[2] === 'build' && keys[3] === 'args';
  const name = isBuild ? keys[4] : keys[2] === 'environment' ? keys[3] : undefined;
  if (name === undefined || isNull) return undefined;
  if (!inList) return { name, value: text };
  const equals = text.indexOf('=');
  return equals === -1 ? undefined : { name, value: text.slice(equals + 1) };
}

function isLiteral(text: string): boolean {
  try {
    return parseTemplate(text, 'compose').every(({ kind }) => kind === 'text');
  } catch (error) {
    if (error instanceof InvalidInterpolation) return false;
    throw error;
  }
}
