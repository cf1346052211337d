import { AppError } from '@dockhero/domain/errors';
import { EBSServiceException } from '@aws-sdk/client-ebs';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsCode, orAppError, unlessGone } from './aws-errors.js';

const ec2Error = (name: string, httpStatusCode = 400) =>
  new EC2ServiceException({ name, message: 'quotes the request', $fault: 'client', $metadata: { httpStatusCode } });
const codeOf = async (thrown: unknown) =>
  await orAppError('Action', async () => {
    throw thrown;
  }).then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof AppError ? error.code : 'not ours'),
  );

describe('EC2’s errors', () => {
  it('become what a retry can or cannot do about them', async () => {
    const expected: [string, string][] = [
      ['RequestLimitExceeded', 'aws_throttled'],
      ['ThrottlingException', 'aws_throttled'],
      ['InsufficientInstanceCapacity', 'host_capacity'],
      ['InsufficientFreeAddressesInSubnet', 'host_capacity'],
      ['Unsupported', 'host_capacity'],
      ['VcpuLimitExceeded', 'aws_rejected'],
      ['AddressLimitExceeded', 'aws_rejected'],
      ['UnauthorizedOperation', 'aws_rejected'],
      ['InvalidParameterValue', 'aws_rejected'],
      ['InternalError', 'aws_unavailable'],
      ['ServiceUnavailable', 'aws_unavailable'],
      ['IncorrectInstanceState', 'aws_lagging'],
      ['InvalidGroup.NotFound', 'aws_lagging'],
      ['InvalidInstanceID.NotFound', 'aws_lagging'],
      ['InvalidVolume.NotFound', 'aws_lagging'],
      ['InvalidSnapshot.NotFound', 'aws_lagging'],
      ['VolumeLimitExceeded', 'disk_limit'],
      ['AttachmentLimitExceeded', 'disk_limit'],
      ['InsufficientVolumeCapacity', 'host_capacity'],
      ['VolumeInUse', 'disk_in_use'],
      ['InvalidVolume.ZoneMismatch', 'disk_zone'],
      ['VolumeModificationRateExceeded', 'disk_change_too_soon'],
      ['IncorrectModificationState', 'disk_change_too_soon'],
      ['VolumeModificationSizeLimitExceeded', 'aws_rejected'],
      ['ConcurrentSnapshotLimitExceeded', 'snapshot_limit'],
      ['SnapshotCreationPerVolumeRateExceeded', 'snapshot_limit'],
      ['SnapshotLimitExceeded', 'aws_rejected'],
      ['SomethingNew', 'aws_unavailable'],
      ['toString', 'aws_unavailable'],
    ];
    for (const [name, code] of expected) expect([name, await codeOf(ec2Error(name))]).toEqual([name, code]);
  });

  it('of EBS direct are told by their names: throttling comes with status 400', async () => {
    const ebsError = (name: string) => new EBSServiceException({ name, message: '', $fault: 'client', $metadata: { httpStatusCode: 400 } });
    const expected: [string, string][] = [
      ['RequestThrottledException', 'aws_throttled'],
      ['ConcurrentLimitExceededException', 'aws_throttled'],
      ['ValidationException', 'aws_rejected'],
      ['AccessDeniedException', 'aws_rejected'],
      ['ResourceNotFoundException', 'aws_lagging'],
      ['InternalServerException', 'aws_unavailable'],
    ];
    for (const [name, code] of expected) expect([name, await codeOf(ebsError(name))]).toEqual([name, code]);
  });

  it('are not read into network trouble: the call may have happened, and repeating it is safe', async () => {
    for (const thrown of [new Error('socket hang up'), Object.assign(new Error('x'), { code: 'ECONNRESET' }), undefined, 'text', null])
      expect(await codeOf(thrown)).toBe('aws_unavailable');
  });

  it('of our own making pass unchanged', async () => {
    const ours = new AppError('aws_rejected', { reason: 'no image' });
    await expect(
      orAppError('look up', async () => {
        throw ours;
      }),
    ).rejects.toBe(ours);
  });

  it('keep EC2’s error as the cause, and its text away from customers', async () => {
    const cause = ec2Error('InternalError', 500);
    const error: unknown = await orAppError('Action', async () => {
      throw cause;
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause, detail: { action: 'Action', awsCode: 'InternalError' } });
    expect((error as Error).message).not.toContain('quotes the request');
  });

  it('have a code only when EC2 itself has answered', () => {
    expect(awsCode(ec2Error('DependencyViolation'))).toBe('DependencyViolation');
    expect(awsCode(new TypeError('x'))).toBe('');
    expect(awsCode(undefined)).toBe('');
  });

  it('that say there is nothing to remove are a removal’s success, and no others', async () => {
    const remove = (name: string) =>
      unlessGone('Remove', ['InvalidInstanceID.NotFound'], async () => {
        throw ec2Error(name);
      });
    await expect(remove('InvalidInstanceID.NotFound')).resolves.toBeUndefined();
    await expect(remove('UnauthorizedOperation')).rejects.toMatchObject({ code: 'aws_rejected' });
  });
});
