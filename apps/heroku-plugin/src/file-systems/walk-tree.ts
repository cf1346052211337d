import { DamagedFileSystem } from './damaged-file-system.js';
import type { FileSystem, Inode } from './file-system.js';
import { namePlace, showPath } from './name-place.js';

interface TreeNode {
  /** Below the root of the walk's own names; bytes in latin1. Empty for a volume's root. */
  readonly path: string;
  readonly inode: Inode;
}

/** Everything from a file or folder down: folders before what is in them, names in the order of their bytes. @throws DamagedFileSystem with the path. */
export async function* walkTree(fileSystem: FileSystem, top: TreeNode): AsyncGenerator<TreeNode> {
  const seen = new Set<number>();
  yield top;
  if (top.inode.kind !== 'folder') return;
  /** A stack, so that depth costs no call stack. Inodes are read as late as can be: a folder may have millions. */
  const waiting = await list(fileSystem, top, seen);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path, number } = next;
    const node = { path, inode: await namePlace(path, fileSystem.inode(number)) };
    yield node;
    if (node.inode.kind === 'folder') for (const below of await list(fileSystem, node, seen)) waiting.push(below);
  }
}

/** What is in a folder, the last name first. */
async function list(fileSystem: FileSystem, { path, inode }: TreeNode, seen: Set<number>): Promise<{ path: string; number: number }[]> {
  // Else a damaged tree would have no end.
  if (seen.has(inode.number)) throw new DamagedFileSystem('a folder is in two places', showPath(path));
  seen.add(inode.number);
  const found: { path: string; number: number }[] = [];
  const read = async (): Promise<void> => {
    for await (const entry of fileSystem.entries(inode))
      found.push({ path: path === '' ? entry.name : `${path}/${entry.name}`, number: entry.inode });
  };
  await namePlace(path, read());
  return found.toSorted((one, other) => (one.path < other.path ? 1 : -1));
}
