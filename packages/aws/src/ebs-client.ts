import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { EBSClient } from '@aws-sdk/client-ebs';
import type { Ec2Options } from './ec2-client.js';

/** The EBS direct API. Retries inside the SDK go by the errors' names too, so throttling, a 400 here, is repeated a little; the caller does the rest. */
export function openEbs({ region, endpoint }: Ec2Options): EBSClient {
  return new EBSClient({
    region,
    ...(endpoint ? { endpoint } : {}),
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 15_000,
      throwOnRequestTimeout: true,
      httpAgent: new Agent({ keepAlive: true, maxSockets: 50 }),
      httpsAgent: new TlsAgent({ keepAlive: true, maxSockets: 50 }),
    },
  });
}
