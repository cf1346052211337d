import { agentPort } from '@dockhero/contracts/agent-api';
import { baseUrlSetting, memberNameSetting, parseEnv, secretSetting, switchSetting } from '@dockhero/runtime/parse-env';
import { z } from 'zod';

/** Every setting of the monitor. docs/settings.md explains them. */
export const env = parseEnv(
  {
    /** Health, readiness and metrics. */
    PORT: z.coerce.number().int().min(0).default(7112),
    LISTEN_HOST: z.string().default('0.0.0.0'),
    LOG_LEVEL: z.string().default('info'),
    DATABASE_URL: secretSetting(),
    DATABASE_POOL: z.coerce.number().int().positive().default(5),
    ENCRYPTION_KEYS: secretSetting(),
    MEMBER_NAME: memberNameSetting('monitor'),
    /** From one look at a host to the next, in milliseconds. */
    SAMPLE_MS: z.coerce.number().int().min(1_000).max(60_000).default(15_000),
    /** Looks at the same time. */
    LOOKS_MAX: z.coerce.number().int().min(1).max(1_000).default(64),
    AGENT_PORT: z.coerce.number().int().min(1).max(65_535).default(agentPort),
    /** Changes of one add-on within this many milliseconds go out in one message. */
    GROUP_MS: z.coerce.number().int().min(0).max(600_000).default(3_000),
    /** The partner API's address, for the links in mails that end them. Without it mails have none. */
    PUBLIC_URL: baseUrlSetting.optional(),
    /** Without it no mail is sent. */
    SMTP_URL: secretSetting().optional(),
    MAIL_FROM: z.string().min(3).default('Dockhero <alerts@dockhero.io>'),
    /** Mails of this process in ten minutes, beyond which it holds them back. */
    MAILS_MAX: z.coerce.number().int().positive().default(50),
    /** Lets webhooks lead to private addresses: for local development only. */
    PRIVATE_WEBHOOKS: switchSetting,
    /** Addresses that can be reached whenever our own network works, asked only when most hosts fall silent together; `host:port`, by comma. */
    REACHABLE: z
      .string()
      .regex(/^([^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*)?$/)
      .default('api.heroku.com:443,sts.amazonaws.com:443')
      .transform((value) => value.split(',').filter((address) => address !== '')),
    /** Another endpoint than New Relic's own, for tests. */
    NEW_RELIC_URL: z.url().optional(),
  },
  process.env,
);

export type Env = typeof env;
