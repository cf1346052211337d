import type { InstanceMetadataOptionsRequest } from '@aws-sdk/client-ec2';
import type { MetadataOptions } from '../state/cloud-state.js';
import { invalidValue } from '../wire/ec2-error.js';

/** AWS's defaults for an image that says nothing about it: tokens are optional and the hop limit is 1. */
const DEFAULTS: MetadataOptions = { tokens: 'optional', hopLimit: 1, endpoint: 'enabled', instanceTags: 'disabled' };
const HOP_LIMIT_MAX = 64;

/** @param current what is kept where the request is silent. */
export function readMetadataOptions(
  request: InstanceMetadataOptionsRequest | undefined,
  current: MetadataOptions = DEFAULTS,
): MetadataOptions {
  const hopLimit = request?.HttpPutResponseHopLimit ?? current.hopLimit;
  if (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > HOP_LIMIT_MAX)
    throw invalidValue(`HttpPutResponseHopLimit must be 1 to ${HOP_LIMIT_MAX}.`);
  return {
    tokens: request?.HttpTokens ?? current.tokens,
    hopLimit,
    endpoint: request?.HttpEndpoint ?? current.endpoint,
    instanceTags: request?.InstanceMetadataTags ?? current.instanceTags,
  };
}
