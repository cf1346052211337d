import { hostname } from 'node:os';
import { Secret } from '@dockhero/domain/secret';
import { z } from 'zod';

/** A secret setting of at least `minLength` characters. */
export const secretSetting = (minLength = 1) =>
  z
    .string()
    .min(minLength)
    .transform((value) => new Secret(value));

/** `a,b,c`, blanks trimmed, empty parts dropped. */
export const listSetting = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** `true` or `false`; false when absent. */
export const switchSetting = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

/** The head of other URLs: without a slash at its end. */
export const baseUrlSetting = z.url().transform((url) => url.replace(/\/$/, ''));

/** Names this process among those of its kind: for people only, something random is added. The machine's name when absent. */
export const memberNameSetting = (whenNameless: string) =>
  z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default(
      hostname()
        .replaceAll(/[^\w.-]/g, '-')
        .slice(0, 64) || whenNameless,
    );

/**
 * Parses the environment once, at start. On failure it names every bad variable, prints no value, and ends the process:
 * a service that starts with half its settings fails later, at a worse time.
 */
export function parseEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  for (const { path, code } of parsed.error.issues) {
    const name = path.join('.');
    process.stderr.write(`setting ${name}: ${given[name] === undefined ? 'is missing' : `is not valid (${code})`}; see docs/settings.md\n`);
  }
  return process.exit(1);
}
