import { AppError } from '@dockhero/domain/errors';
import { SnapshotBlocks } from '@dockhero/domain/ports/snapshot-blocks';

/** Without an AWS region there are no blocks to read. */
export class AbsentSnapshotBlocks extends SnapshotBlocks {
  override list(): Promise<never> {
    return Promise.reject(absent());
  }

  override read(): Promise<never> {
    return Promise.reject(absent());
  }

  override countChanged(): Promise<never> {
    return Promise.reject(absent());
  }
}

function absent(): AppError {
  return new AppError('download_unavailable', { reason: 'AWS_REGION is not set' });
}
