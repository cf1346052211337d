import type { Variables } from '../env.js';

/**
 * The Python docker-compose lets these two replace the cluster's own authority, so behind a company proxy or on some dynos it would refuse
 * every host ("unable to get local issuer certificate"). It calls nobody but Docker, so it can do without them.
 * @see https://github.com/docker/compose/issues/3365
 */
const replacing = ['CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE'];

export function withoutCaBundles(environment: Variables): Variables {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !replacing.includes(name)));
}
