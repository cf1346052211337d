import { covers, publishedPorts } from '../published-ports.js';
import { fieldOf, textOf } from '../stack-services.js';
import type { LintCheck } from './finding.js';

const httpsToHost = /https:\/\/\$(?:DOCKHERO_HOST\b|\{DOCKHERO_HOST\b[^}]*\})(:\d+)?/;

/** `https://${DOCKHERO_HOST}` though nothing listens on 443. */
export const findUnservedHttps: LintCheck = (services, { fill }) => {
  const isServed = services.some(
    (service) =>
      textOf(fieldOf(service.node, 'network_mode')) === 'host' ||
      publishedPorts(service, fill).some(({ published }) => covers(published, 443)),
  );
  if (isServed) return [];
  return services.flatMap((service) =>
    service.texts.flatMap(({ text, place }) => {
      const [found, port = ''] = httpsToHost.exec(text) ?? [];
      if (!found || port) return [];
      return [
        {
          code: 'https-unserved' as const,
          service: service.name,
          place,
          problem: 'This speaks https to ${DOCKHERO_HOST}, but no service publishes port 443.',
          mend: 'Publish 443 from a service with a certificate (heroku dh:generate caddy-proxy), or write ${DOCKHERO_FLEXIBLE_SSL_URL}.',
        },
      ];
    }),
  );
};
