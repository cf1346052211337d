import { expect, it } from 'vitest';
import { syslogHeader } from './syslog-header.js';

it('is ` HOST app PROCID - - `, with both dashes and single blanks', () => {
  expect(syslogHeader('dockhero.web.1').toString()).toBe(' dockhero app dockhero.web.1 - - ');
});

it.each([
  ['dockhero.my web', 'dockhero.my-web'],
  ['dockhero.a\tb\nc', 'dockhero.a-b-c'],
  ['dockhero.über', 'dockhero.-ber'],
  ['dockhero.a[1]: x', 'dockhero.a-1---x'],
  ['dockhero.my_web-2.1', 'dockhero.my_web-2.1'],
])('shows %j as %j: no field holds a blank, or anything but ASCII', (process, shown) => {
  expect(syslogHeader(process).toString()).toBe(` dockhero app ${shown} - - `);
});

it('cuts a name at the 128 bytes that RFC 5424 has for it: a header and the longest text still fit into a frame', () => {
  const header = syslogHeader(`dockhero.${'😀'.repeat(200)}`);
  expect(header.toString().split(' ')[3]).toHaveLength(128);
  expect('<190>1 2026-11-26T10:00:00.000000000Z'.length + header.length + 10_000).toBeLessThanOrEqual(10_240);
});
