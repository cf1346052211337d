import { EBSClient } from '@aws-sdk/client-ebs';
import type { Ec2Options } from './ec2-client.js';
import { requestHandler } from './request-handler.js';

/** The EBS direct API. Retries inside the SDK go by the errors' names too, so throttling, a 400 here, is repeated a little; the caller does the rest. */
export function openEbs({ region, endpoint }: Ec2Options): EBSClient {
  return new EBSClient({ region, ...(endpoint ? { endpoint } : {}), maxAttempts: 4, requestHandler: requestHandler() });
}
