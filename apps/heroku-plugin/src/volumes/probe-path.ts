import type { Header } from 'tar-stream';
import { DockerFailure } from '../docker/ask-docker.js';
import { copyOut } from './copy-stream.js';
import { readEntries } from './read-entries.js';
import type { VolumeHelper } from './volume-helper.js';

/** What is at a path of a volume. */
export interface Probed {
  readonly isFolder: boolean;
  readonly uid: number;
  readonly gid: number;
}

/** Docker's client tells what went wrong in words only: those of 20.10, and of later ones. */
const absent = /no such container:path|could not find the file|no such file or directory|not a directory/i;

/** Looks at a path by the beginning of its archive; null when nothing is there. @throws as `copyOut`. */
export async function probePath(helper: VolumeHelper, path: readonly string[]): Promise<Probed | null> {
  const known: Header[] = [];
  const first = (archive: AsyncIterable<Uint8Array>): Promise<void> =>
    readEntries(archive, (header) => {
      known.push(header);
      // The rest need not be sent.
      return Promise.reject(new Error('enough is known'));
    });
  const failure = await copyOut(helper, path, () => undefined, first).then(
    () => null,
    (error: unknown) => error,
  );
  const [header] = known;
  if (header) return { isFolder: header.type === 'directory', uid: header.uid, gid: header.gid };
  if (failure instanceof DockerFailure && absent.test(failure.message)) return null;
  throw failure;
}
