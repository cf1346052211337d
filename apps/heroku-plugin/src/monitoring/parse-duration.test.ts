import { expect, test } from 'vitest';
import { parseDuration } from './parse-duration.js';

test('a time is minutes, hours, days or weeks, also added up', () => {
  const read = ['5m', '90min', '2h', '1h30m', '1D', '2w'].map((text) => parseDuration(text, '--for', 43_200));
  expect(read).toEqual([5, 90, 120, 90, 1_440, 20_160]);
});

test.each(['', '2', 'h', '2x', '-2h', '2h30', '0m', '1.5h', 'for ever'])('%s is none, and the message says what is', (text) => {
  expect(() => parseDuration(text, '--for', 43_200)).toThrow(/^--for takes a time such as 90m, 2h or 7d, not /);
});

test('what is too long is refused with how long it may be', () => {
  expect(() => parseDuration('31d', '--for', 43_200)).toThrow('--for takes at most 30d.');
});
