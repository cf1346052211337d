import { PluginError } from '../plugin-error.js';

/**
 * A disk of this machine that cannot take a file is no fault of ours: turns its error into what to do.
 * @param goOn what to do once there is room
 * @returns the error itself when it is about something else.
 */
export function explainLocalWrite(error: unknown, target: string, goOn: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PluginError(`The disk of ${target} is full. Make room. ${goOn}`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new PluginError(`${target} cannot be written: ${message}`);
  return error;
}
