import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { PluginError } from '../plugin-error.js';

// A file that is being downloaded, and the small one beside it that says how far it is.

/** A new file, for its owner only: it is a database, as a rule. @throws PluginError when there is one, or none can be made. */
export async function createPart(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new PluginError(`${path} is there already. Choose another file, or remove it.`);
    throw new PluginError(`${path} cannot be written: ${message}`);
  }
}

/** The file that an earlier download has left; null when it is gone. */
export async function openPart(path: string): Promise<FileHandle | null> {
  return await open(path, constants.O_RDWR).catch(absentAsNull);
}

/** What the small file says; null when there is none, or it says nothing that can be used. */
export async function readMark<Mark extends object>(path: string, isMark: (mark: Partial<Mark>) => boolean): Promise<Mark | null> {
  const text = await readFile(path, 'utf8').catch(absentAsNull);
  try {
    const mark = JSON.parse(text ?? 'null') as Partial<Mark> | null;
    return mark !== null && isMark(mark) ? (mark as Mark) : null;
  } catch {
    return null;
  }
}

function absentAsNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
