import { createHash } from 'node:crypto';

/** Names whose values open something. Config values do too: DOCKHERO_CONFIG_URL is a capability. */
const secretNames = new Set([
  'code',
  'client_secret',
  'refresh_token',
  'access_token',
  'authorization',
  'password',
  'secret',
  'resource_token',
  'log_input_url',
  'value',
]);
/** Objects all of whose values are secrets. */
const secretObjects = new Set(['config']);

/** A stand-in for a secret by which two of them can still be compared: `redacted:1f2e3d4c`. */
function redactText(secret: string): string {
  return `redacted:${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;
}

/** A copy of a JSON value without its secrets. */
export function redact(value: unknown, secret = false): unknown {
  if (typeof value === 'string') return secret ? redactText(value) : value;
  if (Array.isArray(value)) return value.map((item) => redact(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (secretObjects.has(name) && item !== null && typeof item === 'object' && !Array.isArray(item)) {
        return [name, Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, redact(inner, true)]))];
      }
      return [name, redact(item, secretNames.has(name))];
    }),
  );
}
