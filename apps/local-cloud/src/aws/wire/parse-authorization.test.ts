import { describe, expect, it } from 'vitest';
import { parseAuthorization } from './parse-authorization.js';

const header = (scope: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/${scope}/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${'0f'.repeat(32)}`;

describe('parseAuthorization', () => {
  it('tells who calls and for which region', () => {
    expect(parseAuthorization(header('eu-west-1/ec2'), 'ec2')).toEqual({ accessKeyId: 'AKIDEXAMPLE', region: 'eu-west-1', service: 'ec2' });
  });

  it.each([
    ['no signature at all', undefined, 'MissingAuthenticationToken'],
    ['another scheme', 'Basic YTpi', 'IncompleteSignature'],
    ['a header without its signature', header('us-east-1/ec2').replace(/, Signature.*/, ''), 'IncompleteSignature'],
    ['a signature for another service', header('us-east-1/s3'), 'AuthFailure'],
  ])('refuses %s', (_what, value, code) => {
    expect(() => parseAuthorization(value, 'ec2')).toThrow(expect.objectContaining({ code }));
  });
});
