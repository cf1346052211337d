import { fileURLToPath } from 'node:url';
import { baseUrlSetting, listSetting, parseEnv, secretSetting } from '@dockhero/runtime/parse-env';
import { Secret } from '@dockhero/domain/secret';
import { z } from 'zod';

/** A timer takes no more than this; Node runs a longer one at once. */
const millisecondsMax = 2 ** 31 - 1;
const milliseconds = (byDefault: number) => z.coerce.number().int().positive().max(millisecondsMax).default(byDefault);

/** Every setting of the provisioner worker. docs/settings.md explains them. */
export const env = parseEnv(
  {
    /** Health, readiness and metrics. */
    PORT: z.coerce.number().int().min(0).default(7110),
    LISTEN_HOST: z.string().default('0.0.0.0'),
    LOG_LEVEL: z.string().default('info'),
    PUBLIC_URL: baseUrlSetting,
    /** Base URL under which *hosts* reach the partner API; the same as PUBLIC_URL but in the local cloud. */
    HOST_API_URL: baseUrlSetting,
    /** Base URL under which hosts' agents reach the partner API's listener for mutual TLS; without it hosts have no volume driver. */
    AGENT_API_URL: baseUrlSetting.pipe(z.string().startsWith('https://')).optional(),
    DATABASE_URL: secretSetting(),
    DATABASE_POOL: z.coerce.number().int().positive().default(10),
    REDIS_URL: secretSetting(),
    ENCRYPTION_KEYS: secretSetting(),
    EDGE_DOMAIN: z.string().default('dockhero.io'),
    HEROKU_API_URL: baseUrlSetting.default('https://api.heroku.com'),
    HEROKU_ID_URL: baseUrlSetting.default('https://id.heroku.com'),
    /** Newest first; two while the secret is being changed. */
    OAUTH_CLIENT_SECRETS: listSetting.transform((secrets) => secrets.map((secret) => new Secret(secret))),
    AWS_REGION: z.string().default('us-east-1'),
    AWS_ENDPOINT: z.url().optional(),
    /** Names this installation in every tag: production, staging, a laptop. The orphan sweep touches only its own. */
    ENVIRONMENT: z.string().regex(/^[a-z0-9-]{1,32}$/),
    VPC_ID: z.string().optional(),
    SUBNET_IDS: listSetting.optional(),
    HOST_IMAGE_ID: z.string().optional(),
    /** The host agent that hosts should run: a file, read once at start. The same as the partner API's. */
    AGENT_BUNDLE: z.string().default(fileURLToPath(new URL('../../host-agent/dist/host-agent.mjs', import.meta.url))),
    CONCURRENCY: z.coerce.number().int().positive().default(20),
    /** How long a job stays with a worker that has died. */
    QUEUE_LOCK_MS: milliseconds(15_000),
    /** Longer than any pass. */
    LEASE_MS: milliseconds(60_000),
    /** From launch to a Docker Engine that answers; beyond it the host is replaced. */
    BOOT_DEADLINE_MS: milliseconds(300_000),
    /** How long AWS's listings may lag behind a launch. */
    CLOUD_LAG_MS: milliseconds(60_000),
    /** Provisioning that has not succeeded by then is abandoned; Heroku's own limit is twelve hours. */
    GIVE_UP_MS: milliseconds(2 * 3_600_000),
    SWEEP_UNSETTLED_MS: milliseconds(60_000),
    SWEEP_ALL_MS: milliseconds(600_000),
    SWEEP_ATTENTION_MS: milliseconds(3_600_000),
    /** CreateSnapshot and DeleteSnapshot of this process. EC2 gives an account five mutating calls a second, for everything. */
    SNAPSHOT_CALLS_PER_SECOND: z.coerce.number().positive().max(100).default(1),
    ORPHAN_SWEEP_MS: milliseconds(3_600_000),
    /** An orphan is removed when it is still one this long after it was first seen. */
    ORPHAN_GRACE_MS: milliseconds(3_600_000),
  },
  process.env,
);

export type Env = typeof env;
