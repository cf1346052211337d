import { PluginError } from '../plugin-error.js';

/** `999` or `999:1000`: a group that is not named has the user's number. @throws PluginError */
export function parseOwner(text: string): { readonly uid: number; readonly gid: number } {
  const [, uid, gid = uid] = /^(\d{1,7})(?::(\d{1,7}))?$/.exec(text) ?? [];
  if (uid === undefined) throw new PluginError('--owner takes numbers, UID or UID:GID, such as 999:999.');
  return { uid: Number(uid), gid: Number(gid) };
}
