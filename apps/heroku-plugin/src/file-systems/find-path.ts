import { PluginError } from '../plugin-error.js';
import type { FileSystem, Inode } from './file-system.js';
import { namePlace, showPath } from './name-place.js';

/** Where a volume's own files are on its disk. */
const dataFolder = 'data';

/** The folder that containers see as the volume. @throws PluginError when the disk is no volume of ours. */
export async function findVolumeRoot(fileSystem: FileSystem): Promise<Inode> {
  const root = await namePlace('', fileSystem.inode(fileSystem.rootInode));
  const found = root.kind === 'folder' ? await find(fileSystem, root, '', dataFolder) : null;
  if (found?.kind !== 'folder') {
    throw new PluginError(
      'The disk in this backup has no folder data, where volumes have their files. Look at the raw image (--format raw).',
    );
  }
  return found;
}

/**
 * A file or folder of a volume, by its names from `root` down.
 * @returns its path as bytes in latin1. @throws PluginError that names what there is of it.
 */
export async function findPath(fileSystem: FileSystem, root: Inode, names: readonly string[]): Promise<{ path: string; inode: Inode }> {
  let node = { path: '', inode: root };
  for (const name of names) {
    if (node.inode.kind === 'symlink') {
      const target = showPath(await namePlace(node.path, fileSystem.target(node.inode)));
      throw new PluginError(`${showPath(node.path)} is a symbolic link to ${target}: name what it leads to.`);
    }
    const path = node.path === '' ? name : `${node.path}/${name}`;
    if (node.inode.kind !== 'folder')
      throw new PluginError(`There is no ${showPath(path)} in this backup: ${showPath(node.path)} is no folder.`);
    const inode = await find(fileSystem, node.inode, node.path, name);
    if (!inode) throw new PluginError(`There is no ${showPath(path)} in this backup. What there is of it is ${showPath(node.path)}.`);
    node = { path, inode };
  }
  return node;
}

async function find(fileSystem: FileSystem, folder: Inode, path: string, name: string): Promise<Inode | null> {
  const search = async (): Promise<Inode | null> => {
    for await (const entry of fileSystem.entries(folder)) if (entry.name === name) return await fileSystem.inode(entry.inode);
    return null;
  };
  return await namePlace(path, search());
}
