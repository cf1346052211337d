import { fileURLToPath } from 'node:url';
import { baseUrlSetting, listSetting, parseEnv, secretSetting, switchSetting } from '@dockhero/runtime/parse-env';
import { z } from 'zod';

/** Every setting of the partner API. docs/settings.md explains them. */
export const env = parseEnv(
  {
    PORT: z.coerce.number().int().min(0).default(7100),
    /** Where hosts' agents call, by mutual TLS. */
    AGENT_API_PORT: z.coerce.number().int().min(0).default(7105),
    LISTEN_HOST: z.string().default('0.0.0.0'),
    LOG_LEVEL: z.string().default('info'),
    /** Base URL that customers' machines reach: the head of every `DOCKHERO_CONFIG_URL`. */
    PUBLIC_URL: baseUrlSetting,
    DATABASE_URL: secretSetting(),
    DATABASE_POOL: z.coerce.number().int().positive().default(10),
    REDIS_URL: secretSetting(),
    ENCRYPTION_KEYS: secretSetting(),
    ADDON_SLUG: z.string().min(1).default('dockhero'),
    ADDON_PASSWORD: secretSetting(24),
    /** Heroku regions we take add-ons from; `*` for all. */
    SERVED_REGIONS: listSetting.default(['amazon-web-services::us-east-1']),
    EDGE_DOMAIN: z.string().default('dockhero.io'),
    /** How long a person's client certificate lives; the CLI plugin renews it unseen. */
    CERTIFICATE_LIFETIME_MS: z.coerce
      .number()
      .int()
      .min(1_000)
      .default(12 * 3_600_000),
    /** Where snapshots are; without it backups cannot be downloaded. */
    AWS_REGION: z.string().optional(),
    AWS_ENDPOINT: z.url().optional(),
    /** Of half a MiB each, of one add-on, by one process. */
    DOWNLOAD_BLOCKS_PER_SECOND: z.coerce.number().int().positive().default(200),
    /** The host agent that hosts are given: a file, read once at start. */
    AGENT_BUNDLE: z.string().default(fileURLToPath(new URL('../../host-agent/dist/host-agent.mjs', import.meta.url))),
    /** Takes webhooks that are not HTTPS: for local development only, with the monitor's setting of the same name. */
    PRIVATE_WEBHOOKS: switchSetting,
  },
  process.env,
);

export type Env = typeof env;
