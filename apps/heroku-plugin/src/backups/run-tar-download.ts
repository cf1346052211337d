import { stat } from 'node:fs/promises';
import type { Session } from '../connection/session.js';
import { findPath, findVolumeRoot } from '../file-systems/find-path.js';
import { openFileSystem } from '../file-systems/open-file-system.js';
import { TransferProgress } from '../messages/transfer-progress.js';
import { PluginError } from '../plugin-error.js';
import { readPieces } from '../tar/read-pieces.js';
import { tarPieces } from '../tar/tar-pieces.js';
import { formatSize } from '../volumes/format-size.js';
import { BackupDevice } from './backup-device.js';
import { BlockSource } from './block-source.js';
import { explainDownload } from './explain-download.js';
import { findDownloadable } from './find-backup.js';
import { TarFile } from './tar-file.js';
import { TarPipe } from './tar-pipe.js';
import type { TarSink } from './tar-sink.js';

interface TarDownload {
  /** A backup's id, or its beginning. */
  readonly typed: string;
  /** `-`: the command's output. */
  readonly file: string;
  /** Within the volume; undefined: all of it. */
  readonly path: string | undefined;
}

/** Downloads the files in a backup as a tar archive, or the rest of it. @returns what to tell. @throws PluginError with what to do. */
export async function runTarDownload(session: Session, { typed, file, path }: TarDownload): Promise<string> {
  const names = namesIn(path ?? '');
  const id = await findDownloadable(session, typed);
  const { configUrl } = await session.chosenAddon();
  const shown = new TransferProgress(session.terminal);
  const ended = new AbortController();
  let sink: TarSink | null = null;
  try {
    const device = await BackupDevice.open(new BlockSource(configUrl, id), ended.signal);
    const fileSystem = await openFileSystem(device);
    const top = await findPath(fileSystem, await findVolumeRoot(fileSystem), names);
    // Not before it is known that there is something for it.
    sink = await openSink(file, id, names.join('/'));
    let written = sink.next;
    if (written > 0) session.terminal.say(`Going on where the last download of ${file} ended.`);
    const counted = { files: 0, skipped: 0 };
    for await (const bytes of readPieces(device, tarPieces(fileSystem, top, counted), written)) {
      await sink.write(bytes);
      written += bytes.length;
      shown.show(() => `${formatSize(written)} of the archive, ${formatSize(device.received)} received`);
    }
    await sink.finish();
    const what = `${String(counted.files)} ${counted.files === 1 ? 'file' : 'files'} of backup ${id}`;
    const skipped =
      counted.skipped === 0
        ? ''
        : ` Left out, as an archive has no such thing: ${String(counted.skipped)} ${counted.skipped === 1 ? 'socket' : 'sockets'}.`;
    const place = file === '-' ? 'The archive' : file;
    return `${place} holds ${what}: ${formatSize(written)}, ${formatSize(device.received)} received, every block as its checksum says.${skipped}`;
  } catch (error) {
    return explainDownload(session, error, { file, isKept: sink instanceof TarFile });
  } finally {
    // What was being read ahead.
    ended.abort();
    shown.end();
    await sink?.close();
  }
}

async function openSink(file: string, backup: string, path: string): Promise<TarSink> {
  if (file === '-') return TarPipe.toStdout();
  const found = await stat(file).catch(() => null);
  return found?.isFIFO() || found?.isCharacterDevice() ? TarPipe.toPath(file) : await TarFile.open(file, { backup, path });
}

/** Names from the volume's root down, each as bytes in latin1. */
function namesIn(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw new PluginError(`--path ${path}: a path in the volume has no .. in it.`);
  return names.map((name) => Buffer.from(name).toString('latin1'));
}
