import { readFileSync } from 'node:fs';
import { z } from 'zod';

const planSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  human_name: z.string(),
  description: z.string(),
  /** US cents per month. */
  price_cents: z.int().nonnegative(),
});

const url = z.url();
const manifestSchema = z
  .object({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    name: z.string().min(1),
    cli_plugin_name: z.string().optional(),
    api: z.object({
      version: z.literal('3'),
      config_vars_prefix: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      config_vars: z.array(z.string().regex(/^[A-Z][0-9A-Z_]+$/)).min(1),
      regions: z.array(z.string()).min(1),
      requires: z.array(z.string()),
      production: z.object({ base_url: url, sso_url: url }),
      test: z.object({ base_url: url, sso_url: url }).optional(),
    }),
    plans: z.array(planSchema).min(1),
  })
  .refine((m) => m.api.config_vars.every((name) => name.startsWith(`${m.api.config_vars_prefix}_`)), {
    message: 'every config var starts with config_vars_prefix',
  });

/** What Heroku knows of our add-on service: the manifest, and beside it the plans (the Partner Portal keeps those). */
export type Manifest = z.infer<typeof manifestSchema>;
export type Plan = z.infer<typeof planSchema>;

/**
 * Reads `addon-manifest.json`, two folders above this file (both from `src` and from `dist`).
 * @throws when the file is missing or breaks a rule of the manifest (partner API spec, section 1.3).
 */
export function readManifest(): Manifest {
  const file = new URL('../../addon-manifest.json', import.meta.url);
  return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The plan named `dockhero:hobby` or `hobby`, or undefined. */
export function findPlan(manifest: Manifest, name: string): Plan | undefined {
  const slug = name.startsWith(`${manifest.id}:`) ? name.slice(manifest.id.length + 1) : name;
  return manifest.plans.find((plan) => plan.name === slug);
}
