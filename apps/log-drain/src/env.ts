import { memberNameSetting, parseEnv, secretSetting } from '@dockhero/runtime/parse-env';
import { z } from 'zod';

/** Every setting of the log drain. docs/settings.md explains them. */
export const env = parseEnv(
  {
    /** Health, readiness and metrics. */
    PORT: z.coerce.number().int().min(0).default(7111),
    LISTEN_HOST: z.string().default('0.0.0.0'),
    LOG_LEVEL: z.string().default('info'),
    DATABASE_URL: secretSetting(),
    DATABASE_POOL: z.coerce.number().int().positive().default(5),
    REDIS_URL: secretSetting(),
    ENCRYPTION_KEYS: secretSetting(),
    MEMBER_NAME: memberNameSetting('drain'),
    /** Memory for lines on their way, in MiB; all containers share it. */
    BUFFER_MIB: z.coerce.number().int().min(4).max(4_096).default(64),
    /** Lines per second of one add-on beyond which its containers' log files have to wait. */
    LINES_PER_SECOND_MAX: z.coerce.number().int().positive().default(20_000),
    /** Docker's port on the hosts. */
    DOCKER_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  },
  process.env,
);

export type Env = typeof env;
