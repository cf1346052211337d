import { expect, test } from 'vitest';
import { parseVolumeAddress } from './parse-volume-address.js';

test.each([
  ['dh://data', [], true],
  ['dh://data/', [], true],
  ['dh://data/a//b', ['a', 'b'], false],
  ['dh://data/a/', ['a'], true],
  ['dh://data/a/.', ['a'], true],
])('%s is a place in a volume', (text, path, meansContents) => {
  expect(parseVolumeAddress(text)).toEqual({ volume: 'data', path, meansContents });
});

test.each(['data/x', 'dh:/data', 'dh://', 'dh://../x', 'dh://data/../x', 'http://data/x'])('%s is no place in a volume', (text) => {
  expect(() => parseVolumeAddress(text)).toThrow();
});
