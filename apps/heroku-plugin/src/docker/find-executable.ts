import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Variables } from '../env.js';

/** A variable whatever the case of its name, as Windows has it (`Path`). */
export function variableOf(environment: Variables, name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform !== 'win32') return environment[name];
  const found = Object.keys(environment).find((one) => one.toUpperCase() === name.toUpperCase());
  return found === undefined ? undefined : environment[found];
}

/** The path of a program in PATH, or null; starts nothing. */
export function findExecutable(name: string, environment: Variables, platform: NodeJS.Platform = process.platform): string | null {
  const folders = (variableOf(environment, 'PATH', platform) ?? '').split(delimiter).filter(Boolean);
  const paths = folders.map((folder) => join(folder, platform === 'win32' ? `${name}.exe` : name));
  return paths.find((path) => isExecutable(path)) ?? null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
