import type { Finding, LintCheck } from './finding.js';

const ourNames = /(?<![\w.-])[a-z0-9][a-z0-9-]*\.dockhero\.io(?![\w-])/i;
const appNames = /(?<![\w.-])[a-z0-9][a-z0-9-]*\.herokuapp\.com(?![\w-])/i;

/** Names and addresses of the machine, and of the app, where a variable should stand: a copy of the app gets a machine of its own. */
export const findFixedHosts: LintCheck = (services, { hosts }) => {
  const known = hosts
    .filter((host) => host !== '')
    .map((host) => new RegExp(`(?<![\\w.-])${escapeForPattern(host)}(?![\\w-]|\\.\\d)`, 'i'));
  return services.flatMap((service) =>
    service.texts.flatMap(({ text, place }): readonly Finding[] => {
      if (known.some((host) => host.test(text)) || ourNames.test(text)) {
        return [
          {
            code: 'fixed-host',
            service: service.name,
            place,
            problem: 'The name or address of one machine is written here: it changes with a new add-on, a review app, a new machine.',
            mend: 'Write ${DOCKHERO_HOST} instead, or ${DOCKHERO_FLEXIBLE_SSL_URL} for https.',
          },
        ];
      }
      if (!appNames.test(text)) return [];
      return [
        {
          code: 'fixed-app',
          service: service.name,
          place,
          problem: 'The address of one app is written here: a copy of the app would talk to the original.',
          mend: 'Write ${HEROKU_APP_URL} instead (with a slash at its end).',
        },
      ];
    }),
  );
};

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
