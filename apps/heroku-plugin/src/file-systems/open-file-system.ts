import { PluginError } from '../plugin-error.js';
import type { BlockDevice } from './block-device.js';
import { Ext4 } from './ext4/ext4.js';
import { replayJournal } from './ext4/replay-journal.js';
import { readSuperblock } from './ext4/superblock.js';
import type { FileSystem } from './file-system.js';
import { checkLog } from './xfs/check-log.js';
import { readXfsSuperblock } from './xfs/superblock.js';
import { Xfs } from './xfs/xfs.js';

/** The file system on a device, its journal replayed in memory if need be (XFS: its log must be empty). @throws DamagedFileSystem, PluginError for one that cannot be read. */
export async function openFileSystem(device: BlockDevice): Promise<FileSystem> {
  const superblock = await readSuperblock(device);
  if (superblock) {
    if (!superblock.needsRecovery) return new Ext4(device, superblock);
    const replayed = await replayJournal(device, superblock);
    return new Ext4(replayed, (await readSuperblock(replayed)) ?? superblock);
  }
  const xfs = await readXfsSuperblock(device);
  if (xfs) {
    await checkLog(device, xfs);
    return new Xfs(device, xfs);
  }
  throw new PluginError('There is no ext4 or XFS file system in this backup: it can be had as a raw image only (--format raw).');
}
