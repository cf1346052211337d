import { expect, test } from 'vitest';
import { newRelicRequest } from '../../../../packages/contracts/src/monitoring-api.js';
import { licenseKeyRequest } from './license-key.js';

const us = `${'0a'.repeat(18)}NRAL`;
const eu = `eu01xx${'0a'.repeat(15)}NRAL`;

test('the key tells its region, unless it is said', () => {
  expect(licenseKeyRequest(us, undefined)).toEqual({ license_key: us, region: 'us' });
  expect(licenseKeyRequest(eu, undefined)).toEqual({ license_key: eu, region: 'eu' });
  expect(licenseKeyRequest(us, 'eu').region).toBe('eu');
  expect(newRelicRequest.safeParse(licenseKeyRequest(eu, undefined)).success).toBe(true);
});

test.each([
  ['NRAK-CANARY00000000000000000000', 'This is a user key'],
  ['NRII-canary00000000000000000000', 'This is an Insights key'],
  ['canary', 'This is no license key'],
  [`${us}0`, 'This is no license key'],
])('%s is refused with what is wanted, and not quoted', (key, message) => {
  const refusal = () => licenseKeyRequest(key, undefined);
  expect(refusal).toThrow(message);
  expect(refusal).toThrow('INGEST - LICENSE');
  expect(refusal).not.toThrow(new RegExp(key, 'i'));
});
