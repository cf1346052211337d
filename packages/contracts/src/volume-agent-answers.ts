import { z } from 'zod';
import { checkedBlocksMax } from './agent-volumes.js';

// What the agent answers on port 2378, for those who read it: see volume-agent-api.ts. The host is its customer's: nothing is believed unread.

const bytes = z
  .number()
  .min(0)
  .max(2 ** 53);

const wordsMax = 2_000;
/** For people, in a line: what hooks and checks have printed may be long, and hold anything, also what no database takes. */
const words = z.string().transform((text) => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, wordsMax));

export const mountedAnswer = z.object({
  volumes: z
    .array(
      z.object({
        volume_id: z.uuid(),
        ebs_volume_id: z.string().max(64),
        uses: z.number().int().min(0),
        device_bytes: bytes,
        file_system_bytes: bytes,
      }),
    )
    .max(200),
});

export const frozenAnswer = z.object({
  consistency: z.enum(['crash', 'filesystem', 'application']),
  freeze_id: z.uuid(),
  detail: words.nullable(),
});

export const thawedAnswer = z.object({
  held: z.boolean(),
  /** None lasts an hour, and the column is 32 bits wide. */
  frozen_ms: z.number().min(0).max(3_600_000),
  // Agents of the releases before do not say it.
  detail: words.nullable().default(null),
});

export const checkedAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('running') }),
  z.object({ state: z.literal('failed'), failure: words }),
  z.object({
    state: z.literal('done'),
    fault: words.nullable(),
    files: z.number().int().min(0).nullable(),
    command_run: z.boolean(),
    sums: z.array(z.tuple([z.number().int().min(0), z.string().regex(/^[0-9a-f]{64}$/)])).max(checkedBlocksMax),
  }),
]);
