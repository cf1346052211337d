/** Reasons of a `ValidationException`, as far as they are given here. */
export type Invalid =
  | 'INVALID_PAGE_TOKEN'
  | 'INVALID_BLOCK_TOKEN'
  | 'INVALID_SNAPSHOT_ID'
  | 'UNRELATED_SNAPSHOTS'
  | 'INVALID_BLOCK'
  | 'INVALID_TAG'
  | 'INVALID_PARAMETER_VALUE'
  | 'INVALID_VOLUME_SIZE'
  | 'CONFLICTING_BLOCK_UPDATE';

/**
 * An answer of the EBS direct API that is an error. Clients match on `type`, which reaches the SDK as the error's `name`, and on `reason`.
 * @see specs/ec2-ebs.md, section 14.3
 */
export class EbsError extends Error {
  override readonly name = 'EbsError';

  constructor(
    readonly type: string,
    message: string,
    readonly status: number,
    readonly reason?: string,
  ) {
    super(message);
  }
}

export function invalid(reason: Invalid, message: string): EbsError {
  return new EbsError('ValidationException', message, 400, reason);
}

export function snapshotNotFound(snapshotId: string): EbsError {
  return new EbsError('ResourceNotFoundException', `The snapshot '${snapshotId}' does not exist.`, 404, 'SNAPSHOT_NOT_FOUND');
}
