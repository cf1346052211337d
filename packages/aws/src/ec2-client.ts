import { EC2Client } from '@aws-sdk/client-ec2';
import { requestHandler } from './request-handler.js';

export interface Ec2Options {
  readonly region: string;
  /** Only for the local cloud; AWS's own endpoint otherwise. */
  readonly endpoint?: string | undefined;
}

/** Credentials come from the SDK's default chain. Reads and writes are retried inside the SDK a little; the queue does the rest. */
export function openEc2({ region, endpoint }: Ec2Options): EC2Client {
  return new EC2Client({ region, ...(endpoint ? { endpoint } : {}), maxAttempts: 3, requestHandler: requestHandler() });
}
