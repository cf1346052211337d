import { referencesIn } from '../interpolate.js';
import { InvalidInterpolation } from '../parse-template.js';
import { fieldOf, type StackService } from '../stack-services.js';
import type { LintCheck } from './finding.js';

/** `$PORT` as on a dyno: nobody sets it here. Once for each service. */
export const findDynoPorts: LintCheck = (services) =>
  services.flatMap((service) => {
    const place = service.texts.find(
      (value) => namesPort(value.text) || isValuelessPort(value) || asksShellForPort(service, value.text),
    )?.place;
    if (!place) return [];
    return [
      {
        code: 'dyno-port' as const,
        service: service.name,
        place,
        problem: 'PORT is given to dynos, not to containers: it has no value here.',
        mend: 'Let the container listen on a fixed port, and publish it: ports: ["80:8080"].',
      },
    ];
  });

function namesPort(text: string): boolean {
  try {
    return referencesIn(text).some(({ name, need, nested }) => name === 'PORT' && need !== 'default' && !nested);
  } catch (error) {
    if (error instanceof InvalidInterpolation) return false;
    throw error;
  }
}

function isValuelessPort({ isNull, inList, text, place: { keys } }: StackService['texts'][number]): boolean {
  return keys[2] === 'environment' && keys[3] === 'PORT' && (inList ? text === 'PORT' : isNull);
}

/** `$$PORT` is left to the shell in the container: it has one only when the stackfile gives it. */
function asksShellForPort({ node, texts }: StackService, text: string): boolean {
  if (!/\$\$\{?PORT\b/.test(text)) return false;
  const environment = fieldOf(node, 'environment');
  const given =
    environment?.kind === 'map'
      ? environment.entries.has('PORT')
      : texts.some(({ place }) => place.keys[2] === 'environment' && place.keys[3] === 'PORT');
  return !given && !fieldOf(node, 'env_file');
}
