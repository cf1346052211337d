import { randomBytes } from 'node:crypto';

/**
 * A password of 32 characters, 192 bits, safe unquoted in shells, URLs and YAML. It holds an upper and a lower case letter, a digit and a
 * `-` or `_`, since some images (OpenSearch) insist on all four; it starts with a letter, since some commands take `-…` for an option.
 */
export function generateSecret(): string {
  for (;;) {
    const secret = randomBytes(24).toString('base64url');
    if ([/^[A-Za-z]/, /[A-Z]/, /[a-z]/, /[0-9]/, /[-_]/].every((pattern) => pattern.test(secret))) return secret;
  }
}
