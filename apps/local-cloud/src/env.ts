import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const port = (byDefault: number) => z.coerce.number().int().min(0).max(65_535).default(byDefault);

/** Every setting of the local cloud. docs/local-cloud.md explains them. */
export const env = z
  .object({
    /** Prefix of everything the local cloud makes on this machine, so that two can live side by side. */
    LOCAL_CLOUD_NAME: z
      .string()
      .regex(/^[a-z0-9]{1,6}$/)
      .default('dh'),
    LOCAL_CLOUD_DATA: z
      .string()
      .default('.dockhero/local-cloud')
      .transform((path) => resolve(path)),
    LOCAL_CLOUD_CACHE: z
      .string()
      .default('/var/cache/dockhero')
      .transform((path) => resolve(path)),
    /** The host agent that the image of hosts brings along, as baked into a real one; a missing file leaves it out. */
    AGENT_BUNDLE: z.string().default(fileURLToPath(new URL('../../host-agent/dist/host-agent.mjs', import.meta.url))),
    /** First two octets of the fabric's addresses. */
    LOCAL_CLOUD_SUBNET: z
      .string()
      .regex(/^10\.\d{1,3}$/)
      .default('10.88'),
    LOCAL_CLOUD_SPEED: z.coerce.number().positive().default(1),
    AWS_PORT: port(7101),
    HEROKU_PORT: port(7102),
    CONTROL_PORT: port(7103),
    REGISTRY_PORT: port(7104),
    /** Loopback ports that instances reach at the gateway address: the partner API. */
    FORWARD_PORTS: z
      .string()
      .default('7100')
      .transform((ports) => ports.split(',').map(Number)),
    PARTNER_BASE_URL: z.url().default('http://127.0.0.1:7100/heroku/resources'),
    PARTNER_SSO_URL: z.url().default('http://127.0.0.1:7100/heroku/sso'),
    ADDON_SLUG: z.string().default('dockhero'),
    ADDON_PASSWORD: z.string(),
    ADDON_SSO_SALT: z.string(),
    OAUTH_CLIENT_SECRETS: z.string().transform((secrets) => secrets.split(',')),
    LOG_LEVEL: z.string().default('info'),
  })
  .parse(process.env);
