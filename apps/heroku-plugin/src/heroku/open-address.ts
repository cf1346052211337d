import type { Variables } from '../env.js';
import { PluginError } from '../plugin-error.js';

/**
 * The address that `dh:open` opens: the host's by default or with a port, its edge's with `https` or 443.
 * @param variables the add-on's, under their plain names.
 * @param flags name app and add-on in the command that mends, with a space before them.
 * @throws PluginError for what is no port, and for an address the app does not have.
 */
export function openAddress(what: string | undefined, variables: Variables, flags: string): string {
  const wanted = what ?? '80';
  if (wanted === 'https' || wanted === '443') return required(variables, 'DOCKHERO_FLEXIBLE_SSL_URL', flags);
  const port = /^\d{1,5}$/.test(wanted) ? Number(wanted) : 0;
  if (port < 1 || port > 65_535) throw new PluginError('Invalid port: give a number from 1 to 65535, or https.');
  const host = required(variables, 'DOCKHERO_HOST', flags);
  return port === 80 ? `http://${host}` : `http://${host}:${String(port)}`;
}

function required(variables: Variables, name: string, flags: string): string {
  const value = variables[name];
  if (value) return value;
  throw new PluginError(`The app has no ${name} yet: the add-on is still being created. Wait for it: heroku dh:wait${flags}`);
}
