import { expect, test } from 'vitest';
import { planCatalog } from '../../../../packages/domain/src/plan.js';
import { findInstanceType } from '../../../local-cloud/src/aws/instance-types.js';
import { formatMemory, parseMemory } from './parse-memory.js';
import { planSizes } from './plan-sizes.js';
import { stackMemory } from './stack-memory.js';

const mebibyte = 1024 ** 2;

test('the sizes of the plans are those that the server sells', () => {
  const sold = planCatalog.map(({ slug, instanceTypes, rootGib }) => {
    const memories = instanceTypes.map((type) => findInstanceType(type)?.memoryMiB ?? 0);
    return [slug, { memoryBytes: Math.min(...memories) * mebibyte, diskBytes: rootGib * 1024 * mebibyte }];
  });
  expect(planSizes).toEqual(Object.fromEntries(sold));
});

test('sizes are read as Compose reads them', () => {
  for (const [text, bytes] of [
    ['512m', 512 * mebibyte],
    ['512MB', 512 * mebibyte],
    ['1.5g', 1536 * mebibyte],
    ['1GiB', 1024 * mebibyte],
    ['100', 100],
    ['64kb', 65_536],
    ['5b', 5],
    [1024, 1024],
    ['lots', null],
    ['-1m', null],
    [null, null],
  ] as const) {
    expect(parseMemory(text), String(text)).toBe(bytes);
  }
  expect([formatMemory(640 * mebibyte), formatMemory(1536 * mebibyte)]).toEqual(['640 MB', '1.5 GB']);
});

test('limits of every form count, times replicas; without one, what the image is known to want', () => {
  const services = {
    old: { image: 'a', mem_limit: '100m' },
    new: { image: 'a', deploy: { replicas: 3, resources: { limits: { memory: '200M' } } } },
    search: { image: 'docker.elastic.co/elasticsearch/elasticsearch:8.1' },
    limited: { image: 'opensearchproject/opensearch:3', mem_limit: '900m' },
    unlimited: { image: 'nginx', mem_limit: 0 },
    plain: { image: 'postgres:18' },
    exporter: { image: 'prom/elasticsearch-exporter' },
  };
  expect(stackMemory(services).map(({ service, bytes, source }) => [service, bytes / mebibyte, source])).toEqual([
    ['old', 100, 'limit'],
    ['new', 600, 'limit'],
    ['search', 1200, 'image'],
    ['limited', 900, 'limit'],
  ]);
});
