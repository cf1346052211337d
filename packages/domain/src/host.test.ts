import { describe, expect, it } from 'vitest';
import { launchToken, placementFor } from './host.js';

const host = { resourceId: '0f6f2c54-3a4b-4d0e-9d5b-1c2d3e4f5a6b', index: 0, generation: 1, placement: 0 };

describe('launchToken', () => {
  it('is the same for the same host, so that a repeated launch finds the first instance', () => {
    expect(launchToken({ ...host })).toBe(launchToken(host));
  });

  it('differs for another resource, host, generation or placement', () => {
    const tokens = [
      host,
      { ...host, resourceId: '1f6f2c54-3a4b-4d0e-9d5b-1c2d3e4f5a6b' },
      { ...host, index: 1 },
      { ...host, generation: 2 },
      { ...host, placement: 1 },
    ].map(launchToken);
    expect(new Set(tokens).size).toBe(tokens.length);
    // Fields must not run into each other: host 1 of generation 11 is not host 11 of generation 1.
    expect(launchToken({ ...host, index: 1, generation: 11 })).not.toBe(launchToken({ ...host, index: 11, generation: 1 }));
  });

  it('fits EC2’s limit of 64 ASCII characters', () => {
    expect(launchToken(host)).toMatch(/^[\x21-\x7e]{1,64}$/);
  });
});

describe('placementFor', () => {
  const types = ['t3.micro', 't3a.micro'];
  const subnets = ['a', 'b', 'c'];

  it('tries every subnet with the first type, then every subnet with the next, each pair once', () => {
    const tried = Array.from({ length: 6 }, (_, attempt) => placementFor(types, subnets, 0, attempt));
    expect(tried.map((placement) => placement?.instanceType)).toEqual([
      't3.micro',
      't3.micro',
      't3.micro',
      't3a.micro',
      't3a.micro',
      't3a.micro',
    ]);
    expect(new Set(tried.map((placement) => JSON.stringify(placement))).size).toBe(6);
  });

  it('spreads the hosts of a cluster over subnets', () => {
    expect([0, 1, 2].map((index) => placementFor(types, subnets, index, 0)?.subnetId)).toEqual(['a', 'b', 'c']);
  });

  it('is null once everything was tried, and when there is no subnet at all', () => {
    expect(placementFor(types, subnets, 2, 6)).toBeNull();
    expect(placementFor(types, [], 0, 0)).toBeNull();
  });
});
