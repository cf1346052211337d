import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Copies what a Dockerfile puts under programs of this machine: their shared libraries to `libraries/`, their loader to `loader/`. @param own folder whose libraries they bring along. */
export function stageLibraries(folder: string, programs: readonly string[], own?: string): void {
  for (const name of ['libraries', 'loader']) mkdirSync(join(folder, name), { recursive: true });
  for (const program of programs) {
    const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const [, library = ''] of listed.matchAll(/=> (\/\S+) \(/g))
      if (own === undefined || !library.startsWith(own)) copyFileSync(library, join(folder, 'libraries', basename(library)));
  }
  copyFileSync('/lib64/ld-linux-x86-64.so.2', join(folder, 'loader', 'ld-linux-x86-64.so.2'));
}
