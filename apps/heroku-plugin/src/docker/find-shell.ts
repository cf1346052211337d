import type { Variables } from '../env.js';
import { variableOf } from './find-executable.js';

/** The user's shell; where none is named (a dyno, a service), the one that every such system has. */
export function findShell(environment: Variables, platform: NodeJS.Platform = process.platform): string {
  if (environment['SHELL']) return environment['SHELL'];
  return platform === 'win32' ? (variableOf(environment, 'COMSPEC', platform) ?? 'cmd.exe') : '/bin/sh';
}
