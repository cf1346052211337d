import { DamagedFileSystem } from './damaged-file-system.js';

/** Says of what is found to be damaged at which file that was. @param path bytes in latin1. */
export async function namePlace<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DamagedFileSystem && error.place === undefined) throw new DamagedFileSystem(error.what, showPath(path));
    throw error;
  }
}

/** A path for people. @param path bytes in latin1. */
export function showPath(path: string): string {
  return path === '' ? 'the root of the volume' : Buffer.from(path, 'latin1').toString('utf8');
}
