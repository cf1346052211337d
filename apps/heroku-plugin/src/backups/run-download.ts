import { explainRefusal } from '../connection/explain-refusal.js';
import type { Session } from '../connection/session.js';
import { TransferProgress } from '../messages/transfer-progress.js';
import { PluginError } from '../plugin-error.js';
import { formatSize } from '../volumes/format-size.js';
import { BlockSource } from './block-source.js';
import { downloadBackup } from './download-backup.js';
import { DownloadFile } from './download-file.js';
import { findBackup } from './find-backup.js';
import { DamagedBlock } from './with-retries.js';

/** Downloads a backup's raw image into a file, or the rest of it. @returns what to tell. @throws PluginError with what to do. */
export async function runDownload(session: Session, typed: string, path: string): Promise<string> {
  const { id, known } = await findBackup(session, typed);
  if (known && known.state !== 'completed') throw new PluginError(`Backup ${id} is ${known.state}: only complete ones can be downloaded.`);
  const { configUrl } = await session.chosenAddon();
  const file = await DownloadFile.open(path, id);
  const shown = new TransferProgress(session.terminal);
  try {
    if (file.next > 0) session.terminal.say(`Going on where the last download of ${path} ended.`);
    const received = await downloadBackup(new BlockSource(configUrl, id), file, ({ position, size, received: bytes }) =>
      shown.show(() => `${String(Math.floor((position / size) * 100))} % of ${formatSize(size)}, ${formatSize(bytes)} received`),
    );
    return `${path} holds backup ${id}: ${formatSize(received)} received, every block as its checksum says.`;
  } catch (error) {
    const goOn = `Run the command again to go on where it ended.`;
    if (error instanceof DamagedBlock) throw new PluginError(`${error.message} ${goOn}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new PluginError(`The disk of ${path} is full. Make room. ${goOn}`);
    return explainRefusal(session)(error);
  } finally {
    shown.end();
    await file.close();
  }
}
