import Fastify from 'fastify';
import { pino, stdTimeFunctions } from 'pino';
import { startAws } from './aws/start-aws.js';
import { env } from './env.js';
import { startHeroku } from './heroku/start-heroku.js';

const log = pino({
  level: env.LOG_LEVEL,
  base: { app: 'local-cloud' },
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
});

const aws = await startAws({
  name: env.LOCAL_CLOUD_NAME,
  dataDir: env.LOCAL_CLOUD_DATA,
  cacheDir: env.LOCAL_CLOUD_CACHE,
  agentBundle: env.AGENT_BUNDLE,
  subnet: env.LOCAL_CLOUD_SUBNET,
  port: env.AWS_PORT,
  registryPort: env.REGISTRY_PORT,
  forwardPorts: env.FORWARD_PORTS,
  speed: env.LOCAL_CLOUD_SPEED,
  log,
});
const heroku = await startHeroku({
  dataDir: env.LOCAL_CLOUD_DATA,
  port: env.HEROKU_PORT,
  partner: {
    baseUrl: env.PARTNER_BASE_URL,
    ssoUrl: env.PARTNER_SSO_URL,
    slug: env.ADDON_SLUG,
    password: env.ADDON_PASSWORD,
    ssoSalt: env.ADDON_SSO_SALT,
    clientSecrets: env.OAUTH_CLIENT_SECRETS,
  },
  log,
});

const control = Fastify();
await control.register(aws.control, { prefix: '/aws' });
await control.register(heroku.control, { prefix: '/heroku' });
control.get('/health', () => ({ status: 'ok', aws: aws.url, heroku: heroku.url, gateway: aws.gatewayAddress }));
await control.listen({ port: env.CONTROL_PORT, host: '127.0.0.1' });
log.info({ aws: aws.url, heroku: heroku.url, gateway: aws.gatewayAddress }, 'local cloud is up');

/** SIGTERM stops the local cloud and leaves its instances running for the next start; SIGINT also removes everything it has made. */
async function stop(remove: boolean): Promise<void> {
  await control.close();
  await heroku.close();
  await aws.close({ remove });
  process.exit(0);
}
process.once('SIGTERM', () => void stop(false));
process.once('SIGINT', () => void stop(true));
