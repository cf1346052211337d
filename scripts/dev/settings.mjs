// Ports and secrets of one local installation. Secrets are made once and kept: a database that somebody brings along outlives our data folder.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const secret = () => randomBytes(24).toString('base64url');

function secretsOf(folder) {
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const made = {
      addonPassword: secret(),
      ssoSalt: secret(),
      oauthClientSecret: secret(),
      encryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
    };
    writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Everything the apps' env.ts files ask for.
 * @param installation.firstPort ports are this and the next twenty.
 */
export function localSettings({ dataDir, secretsDir = dataDir, name, subnet, firstPort, databaseUrl, redisUrl, speed = 1, extra = {} }) {
  const secrets = secretsOf(secretsDir);
  const port = (offset) => firstPort + offset;
  const ports = {
    api: port(0),
    aws: port(1),
    heroku: port(2),
    control: port(3),
    registry: port(4),
    agentApi: port(5),
    worker: port(10),
    drain: port(11),
    monitor: port(12),
  };
  const herokuUrl = `http://127.0.0.1:${ports.heroku}`;
  const publicUrl = `http://127.0.0.1:${ports.api}`;
  const common = {
    ...process.env,
    NODE_ENV: 'production',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    ADDON_SLUG: 'dockhero',
    ADDON_PASSWORD: secrets.addonPassword,
    ADDON_SSO_SALT: secrets.ssoSalt,
    OAUTH_CLIENT_SECRETS: secrets.oauthClientSecret,
    // Browsers and curl take *.localhost for this machine, where the edge will listen.
    EDGE_DOMAIN: 'dockhero.localhost',
    PUBLIC_URL: publicUrl,
    HOST_API_URL: `http://${subnet}.255.1:${ports.api}`,
    LISTEN_HOST: '127.0.0.1',
    ...extra,
  };
  const aws = {
    AWS_ENDPOINT: `http://127.0.0.1:${ports.aws}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    ports,
    urls: { api: publicUrl, heroku: herokuUrl, aws: `http://127.0.0.1:${ports.aws}`, control: `http://127.0.0.1:${ports.control}` },
    addon: { slug: 'dockhero', password: secrets.addonPassword },
    environments: {
      'local-cloud': {
        ...common,
        LOCAL_CLOUD_NAME: name,
        LOCAL_CLOUD_DATA: join(dataDir, 'local-cloud'),
        LOCAL_CLOUD_SUBNET: subnet,
        LOCAL_CLOUD_SPEED: String(speed),
        AWS_PORT: String(ports.aws),
        HEROKU_PORT: String(ports.heroku),
        CONTROL_PORT: String(ports.control),
        REGISTRY_PORT: String(ports.registry),
        FORWARD_PORTS: `${ports.api},${ports.agentApi}`,
        PARTNER_BASE_URL: `${publicUrl}/heroku/resources`,
        PARTNER_SSO_URL: `${publicUrl}/heroku/sso`,
      },
      'partner-api': {
        ...common,
        ...aws,
        PORT: String(ports.api),
        AGENT_API_PORT: String(ports.agentApi),
        SERVED_REGIONS: '*',
        PRIVATE_WEBHOOKS: 'true',
      },
      'log-drain': { ...common, PORT: String(ports.drain) },
      // Webhooks of this machine are what there is to try it with. Without SMTP_URL mails go to the log.
      monitor: { ...common, PORT: String(ports.monitor), PRIVATE_WEBHOOKS: 'true' },
      'provisioner-worker': {
        ...common,
        PORT: String(ports.worker),
        AGENT_API_URL: `https://${subnet}.255.1:${ports.agentApi}`,
        ENVIRONMENT: `local-${name}`,
        HEROKU_API_URL: herokuUrl,
        HEROKU_ID_URL: herokuUrl,
        ...aws,
        BOOT_DEADLINE_MS: '90000',
        CLOUD_LAG_MS: '5000',
        SWEEP_UNSETTLED_MS: '10000',
        SWEEP_ALL_MS: '60000',
        ORPHAN_SWEEP_MS: '30000',
        ORPHAN_GRACE_MS: '60000',
        ...extra,
      },
    },
  };
}
