import type { GetConsoleOutputCommandInput, GetConsoleOutputCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { findInstance } from '../state/find.js';
import { missingParameter } from '../wire/ec2-error.js';

const BYTES_MAX = 65_536;

/** The last 64 KiB of the console in base64, always up to date: `Latest` makes no difference here. */
export async function getConsoleOutput(input: GetConsoleOutputCommandInput, cloud: Cloud): Promise<Answer<GetConsoleOutputCommandOutput>> {
  if (!input.InstanceId) throw missingParameter('InstanceId');
  const instance = findInstance(cloud, input.InstanceId);
  const console = await cloud.machines.readConsole(instance.id);
  return { InstanceId: instance.id, Timestamp: new Date(), Output: console.subarray(-BYTES_MAX).toString('base64') };
}
