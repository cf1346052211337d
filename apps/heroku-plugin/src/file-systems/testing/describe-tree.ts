import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Everything that an archive keeps of a folder, a line for each file: sparse ones are read whole. Sockets are left out, as archives do. @param tickNs how exact times are, in nanoseconds. */
export function describeTree(root: string, tickNs = 1n): string[] {
  const lines: string[] = [];
  /** The first name of each file that has several. */
  const first = new Map<bigint, string>();
  const look = (path: string): void => {
    const full = Buffer.from(path === '' ? root : `${root}/${path}`, 'latin1');
    const found = lstatSync(full, { bigint: true });
    if (found.isSocket()) return;
    const { mode, uid, gid, mtimeNs, rdev, ino, nlink } = found;
    const isLinked = !found.isDirectory() && nlink > 1n;
    const name = first.get(ino) ?? path;
    if (isLinked) first.set(ino, name);
    const content = found.isFile() ? `${String(found.size)} ${createHash('sha256').update(readFileSync(full)).digest('hex')}` : '';
    const target = found.isSymbolicLink() ? readlinkSync(full, 'latin1') : '';
    const links = isLinked ? `${String(nlink)} ${name}` : '';
    lines.push([JSON.stringify(path), mode.toString(8), uid, gid, (mtimeNs / tickNs) * tickNs, rdev, content, target, links].join(' '));
    if (!found.isDirectory()) return;
    for (const below of readdirSync(full, 'latin1').toSorted()) look(path === '' ? below : `${path}/${below}`);
  };
  look('');
  return lines;
}

/** Lines of one and not the other: what fails then can be read. */
export function differences(ours: readonly string[], theirs: readonly string[]): string[] {
  const [one, other] = [new Set(ours), new Set(theirs)];
  return [
    ...ours.filter((line) => !other.has(line)).map((line) => `ours ${line}`),
    ...theirs.filter((line) => !one.has(line)).map((line) => `theirs ${line}`),
  ].slice(0, 20);
}
