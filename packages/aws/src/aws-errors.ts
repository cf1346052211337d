import { AppError, type ErrorCode } from '@dockhero/domain/errors';

const throttled = [
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'EC2ThrottledException',
  'TooManyRequests',
  'RequestThrottled',
  // EBS direct: both come with status 400.
  'RequestThrottledException',
  'ConcurrentLimitExceededException',
  'ServiceQuotaExceededException',
];
const noRoom = [
  'InsufficientInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientHostCapacity',
  'InsufficientVolumeCapacity',
  'Unsupported',
];
/** Our own change is not to be seen everywhere yet; AWS answers so for seconds after it. */
const lagging = [
  'InvalidInstanceID.NotFound',
  'InvalidGroup.NotFound',
  'InvalidAllocationID.NotFound',
  'InvalidVolume.NotFound',
  'InvalidSnapshot.NotFound',
  'ResourceNotFoundException',
  'IncorrectInstanceState',
  'IncorrectState',
];
const ofDisks: Readonly<Record<string, ErrorCode>> = {
  VolumeLimitExceeded: 'disk_limit',
  MaxIOPSLimitExceeded: 'disk_limit',
  AttachmentLimitExceeded: 'disk_limit',
  VolumeInUse: 'disk_in_use',
  'InvalidVolume.ZoneMismatch': 'disk_zone',
  IncorrectModificationState: 'disk_change_too_soon',
  VolumeModificationRateExceeded: 'disk_change_too_soon',
  ConcurrentSnapshotLimitExceeded: 'snapshot_limit',
  SnapshotCreationPerVolumeRateExceeded: 'snapshot_limit',
};
/** The account's own limits: no retry of ours helps, a person must raise them. */
const refused = [
  'InstanceLimitExceeded',
  'VcpuLimitExceeded',
  'AddressLimitExceeded',
  'UnauthorizedOperation',
  'AuthFailure',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'OptInRequired',
  'PendingVerification',
  'Blocked',
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidAMIID.Malformed',
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'MissingParameter',
  'UnknownParameter',
  'OperationNotPermitted',
  'InvalidSubnetID.NotFound',
  'IdempotentParameterMismatch',
  'InvalidAction',
  'SnapshotLimitExceeded',
  'VolumeModificationSizeLimitExceeded',
  'InvalidVolumeID.Malformed',
  'InvalidSnapshotID.Malformed',
  'InvalidSnapshot.InUse',
  'InvalidZone.NotFound',
  'TagLimitExceeded',
  'ValidationException',
  'AccessDeniedException',
];

/** The EC2 error code of anything that the SDK throws; empty for network trouble. */
export function awsCode(error: unknown): string {
  const { name, $metadata } = (error ?? {}) as { name?: unknown; $metadata?: unknown };
  return $metadata && typeof name === 'string' ? name : '';
}

/** Runs one EC2 call and turns its error into ours, with the cause. Codes are matched, never texts. */
export async function orAppError<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = awsCode(error);
    throw new AppError(kindOf(code), { action, awsCode: code }, { cause: error });
  }
}

function kindOf(code: string): ErrorCode {
  if (throttled.includes(code)) return 'aws_throttled';
  if (noRoom.includes(code)) return 'host_capacity';
  if (refused.includes(code)) return 'aws_rejected';
  if (lagging.includes(code)) return 'aws_lagging';
  const ofDisk = Object.hasOwn(ofDisks, code) ? ofDisks[code] : undefined;
  if (ofDisk) return ofDisk;
  return 'aws_unavailable'; // InternalError, 5xx, a cut connection (the call may have happened; repeating it is safe)
}

/** Runs a removal: the codes in `gone` mean that there was nothing to remove. */
export async function unlessGone(action: string, gone: readonly string[], call: () => Promise<unknown>): Promise<void> {
  await orAppError(action, async () => {
    try {
      await call();
    } catch (error) {
      if (!gone.includes(awsCode(error))) throw error;
    }
  });
}
