import { describe, expect, it } from 'vitest';
import { openAddress } from './open-address.js';

const variables = {
  DOCKHERO_HOST: 'h.example',
  DOCKHERO_FLEXIBLE_SSL_URL: 'https://f.example',
  DOCKHERO_FULL_SSL_URL: 'https://full.example',
};

describe('openAddress', () => {
  it.each([
    [undefined, 'http://h.example'],
    ['80', 'http://h.example'],
    ['8080', 'http://h.example:8080'],
    ['65535', 'http://h.example:65535'],
    ['443', 'https://f.example'],
    ['https', 'https://f.example'],
  ])('makes of %s %s', (what, address) => {
    expect(openAddress(what, variables, '')).toBe(address);
  });

  it.each(['0', '65536', '-1', '80a', 'http', '', '1e3', '99999'])('refuses %j', (what) => {
    expect(() => openAddress(what, variables, '')).toThrow('Invalid port');
  });

  it('says that the address is still to come', () => {
    expect(() => openAddress(undefined, {}, ' --app acme')).toThrow(/^The app has no DOCKHERO_HOST yet.* heroku dh:wait --app acme$/);
    expect(() => openAddress('https', {}, '')).toThrow('The app has no DOCKHERO_FLEXIBLE_SSL_URL yet');
  });
});
