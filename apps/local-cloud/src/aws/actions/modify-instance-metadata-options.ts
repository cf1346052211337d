import type { ModifyInstanceMetadataOptionsCommandInput, ModifyInstanceMetadataOptionsCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { findInstance } from '../state/find.js';
import { missingParameter } from '../wire/ec2-error.js';
import { readMetadataOptions } from './read-metadata-options.js';

/** Takes effect on a running instance too. */
export async function modifyInstanceMetadataOptions(
  input: ModifyInstanceMetadataOptionsCommandInput,
  cloud: Cloud,
): Promise<Answer<ModifyInstanceMetadataOptionsCommandOutput>> {
  if (!input.InstanceId) throw missingParameter('InstanceId');
  const instance = findInstance(cloud, input.InstanceId);
  instance.metadata = readMetadataOptions(input, instance.metadata);
  if (instance.state === 'running') await cloud.machines.applyMetadataOptions(instance);
  cloud.save();
  const {
    tokens: HttpTokens,
    hopLimit: HttpPutResponseHopLimit,
    endpoint: HttpEndpoint,
    instanceTags: InstanceMetadataTags,
  } = instance.metadata;
  return {
    InstanceId: instance.id,
    InstanceMetadataOptions: { State: 'applied', HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags },
  };
}
