import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { readPieces } from '../../tar/read-pieces.js';
import { type Counted, tarPieces } from '../../tar/tar-pieces.js';
import type { BlockDevice } from '../block-device.js';
import { findVolumeRoot } from '../find-path.js';
import { openFileSystem } from '../open-file-system.js';

/** Writes the tar of a whole volume to a file. */
export async function writeTarOf(device: BlockDevice, path: string, from = 0): Promise<Counted> {
  const fileSystem = await openFileSystem(device);
  const counted = { files: 0, skipped: 0 };
  const pieces = tarPieces(fileSystem, { path: '', inode: await findVolumeRoot(fileSystem) }, counted);
  await pipeline(readPieces(device, pieces, from), createWriteStream(path));
  return counted;
}
