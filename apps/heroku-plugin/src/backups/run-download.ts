import type { Session } from '../connection/session.js';
import { TransferProgress } from '../messages/transfer-progress.js';
import { formatSize } from '../volumes/format-size.js';
import { BlockSource } from './block-source.js';
import { downloadBackup } from './download-backup.js';
import { DownloadFile } from './download-file.js';
import { explainDownload } from './explain-download.js';
import { findDownloadable } from './find-backup.js';

/** Downloads a backup's raw image into a file, or the rest of it. @returns what to tell. @throws PluginError with what to do. */
export async function runDownload(session: Session, typed: string, path: string): Promise<string> {
  const id = await findDownloadable(session, typed);
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
    return explainDownload(session, error, { file: path, isKept: true });
  } finally {
    shown.end();
    await file.close();
  }
}
