import { Ec2Error } from './ec2-error.js';

export interface Caller {
  accessKeyId: string;
  region: string;
  service: string;
}

const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9]+)\/aws4_request,/;

/**
 * Reads who calls, and for which service and region, from a SigV4 `Authorization` header. The signature itself is not checked:
 * the local cloud has no accounts, but a client that forgot to sign must fail here as it would on AWS.
 * @throws Ec2Error `MissingAuthenticationToken`, `IncompleteSignature` or `AuthFailure` (for another service's signature).
 */
export function parseAuthorization(header: string | undefined, expectedService: string): Caller {
  if (!header) throw new Ec2Error('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  const [, accessKeyId, , region, service] = CREDENTIAL.exec(header) ?? [];
  const complete = /SignedHeaders=[a-z0-9;-]+/.test(header) && /Signature=[0-9a-f]{64}(,|$|\s)/.test(header);
  if (!accessKeyId || !region || !service || !complete) {
    throw new Ec2Error('IncompleteSignature', 'Authorization header requires Credential, SignedHeaders and Signature.', 400);
  }
  if (service !== expectedService) {
    throw new Ec2Error('AuthFailure', `Credential should be scoped to correct service: '${expectedService}'.`, 401);
  }
  return { accessKeyId, region, service };
}
