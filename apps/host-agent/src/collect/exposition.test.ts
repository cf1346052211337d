import { expect, it } from 'vitest';
import { parseExposition, sampleKey } from '../testing/parse-exposition.js';
import { Exposition } from './exposition.js';

it('any text in a label comes back as it was', () => {
  const text = new Exposition();
  const names = ['web.1', 'a"b', 'back\\slash', 'two\nlines', '\\n', 'ünï}{code,="', ''];
  for (const [at, container] of names.entries()) text.gauge('m', at, { container, workload: 'w' });
  const samples = parseExposition(text.toString());
  expect([...samples]).toEqual(names.map((container, at) => [sampleKey('m', { container, workload: 'w' }), at]));
});

it('samples of one name stand together under one type, whatever the order in which they were added', () => {
  const text = new Exposition();
  text.gauge('a', 1, { x: '1' });
  text.counter('b_total', 2);
  text.gauge('a', 3, { x: '2' });
  expect(text.toString()).toBe('# TYPE a gauge\na{x="1"} 1\na{x="2"} 3\n# TYPE b_total counter\nb_total 2\n');
});

it('what is not known is not said, and large figures lose no digit', () => {
  const text = new Exposition();
  text.gauge('a', null);
  text.gauge('b', Number.NaN);
  text.gauge('c', 2 ** 53 - 1);
  expect(text.toString()).toBe('# TYPE c gauge\nc 9007199254740991\n');
});
