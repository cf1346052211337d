import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { agentText } from '../testing/agent-text.js';
import { parseMetrics } from './parse-metrics.js';

const at = new Date('2030-01-01T00:00:00Z');
const gibibyte = 1024 ** 3;

describe('parseMetrics', () => {
  it('makes a sample of what an agent says', () => {
    expect(parseMetrics(agentText(), at)).toEqual({
      at,
      memory: { totalBytes: 4 * gibibyte, availableBytes: 2 * gibibyte },
      cpu: { count: 2, totalSeconds: 2_000, idleSeconds: 1_500 },
      load1: 0.25,
      network: { receivedBytes: 5_000, sentBytes: 6_000 },
      fileSystems: [
        {
          mountpoint: '/',
          sizeBytes: 40 * gibibyte,
          freeBytes: 20 * gibibyte,
          availableBytes: 20 * gibibyte,
          files: 2_560_000,
          filesFree: 2_500_000,
          isReadOnly: false,
          isStuck: false,
        },
      ],
      containers: [
        {
          name: 'web.1',
          workload: 'web',
          memoryBytes: 4 * gibibyte * 0.4,
          memoryLimitBytes: 3 * gibibyte,
          cpuSeconds: 12.5,
          diskBytes: null,
          isHealthy: true,
        },
      ],
      workloads: [{ name: 'web', starts: 1, failures: 0, oomKills: 0 }],
      volumes: [{ name: 'data', bytes: 123_456 }],
      reclaimableBytes: 3_000,
      lowest: [],
      certificateExpiresAt: new Date(4_070_908_800_000),
      agent: { version: '0.1.0', sha256: 'abc', startedAt: new Date(1_700_000_000_500) },
    });
  });

  it('knows how low values were in the last seconds, of rules that it knows', () => {
    const others = [
      'rule="load",object="host",seconds="2"',
      'rule="disk",object="/a",seconds="x"',
      'rule="disk",object="/a\\"b",seconds="2"',
    ];
    const text = others.map((labels) => `dockhero_used_ratio_lowest{${labels}} 0.75\n`).join('');
    expect(parseMetrics(agentText({ memory: 0.9, memoryForSeconds: 5 }) + text, at).lowest).toEqual([
      { rule: 'memory', object: 'host', seconds: 2, ratio: 0.9 },
      { rule: 'memory', object: 'host', seconds: 4, ratio: 0.9 },
      { rule: 'disk', object: '/a"b', seconds: 2, ratio: 0.75 },
    ]);
  });

  it('skips what it does not know, however odd, and host times behind values', () => {
    const odd = 'other{a="{}\\"\\n"} NaN\n\nother_bucket{le="+Inf"} nonsense\nnode_load1 3 1700000000000\n';
    expect(parseMetrics(agentText() + odd, at).load1).toBe(3);
  });

  it('keeps nothing of the answer but the sample', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const text = agentText().replace('sha256="abc"', `sha256="${'ab'.repeat(32)}"`);
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    // Each a text of its own: 50 MB in all.
    const samples = Array.from({ length: 50 }, (_, index) =>
      parseMetrics(Buffer.from(`${text}# ${'x'.repeat(1e6)}${String(index)}\n`).toString(), at),
    );
    expect(used() - before).toBeLessThan(10e6);
    expect(samples[49]?.agent.sha256).toBe('ab'.repeat(32));
  });

  it.each([
    ['back\\\\slash', 'back\\slash'],
    ['quo\\"te', 'quo"te'],
    ['new\\nline', 'new\nline'],
    ['brace}, comma, = and blank', 'brace}, comma, = and blank'],
    ['\\\\n is no line end', '\\n is no line end'],
    ['ümlaut', 'ümlaut'],
  ])('reads the label %s', (written, read) => {
    const text = `${agentText()}dockhero_volume_disk_bytes{ kind="x", volume="${written}", } 1\n`;
    expect(parseMetrics(text, at).volumes.at(-1)).toEqual({ name: read, bytes: 1 });
  });

  it.each(['NaN', '+Inf', '-Inf'])('a figure of %s is a figure that is not there', (value) => {
    const disks = '{device="/dev/vda1",fstype="ext4",mountpoint="/"}';
    expect(parseMetrics(`${agentText()}dockhero_volume_disk_bytes{volume="v"} ${value}\n`, at).volumes).toHaveLength(1);
    expect(parseMetrics(`${agentText()}node_filesystem_files${disks} ${value}\n`, at).fileSystems[0]?.files).toBe(2_560_000);
    expect(() => parseMetrics(agentText().replace(/(dockhero_memory_total_bytes) \S+/, `$1 ${value}`), at)).toThrow('memory');
  });

  it('a file system that hangs keeps its name and no figures; a container that has gone is not there', () => {
    const more = `node_filesystem_device_error{device="/dev/vdb",fstype="ext4",mountpoint="/data"} 1
dockhero_container_cpu_seconds_total{container="gone.1",workload="gone"} 5
`;
    const sample = parseMetrics(agentText() + more, at);
    expect(sample.fileSystems[1]).toMatchObject({ mountpoint: '/data', isStuck: true, sizeBytes: 0, freeBytes: 0, availableBytes: 0 });
    expect(sample.containers.map(({ name }) => name)).toEqual(['web.1']);
  });

  it('windows beyond what eighty file systems can have are left out: each costs a look at every figure', () => {
    const low = (index: number) => `dockhero_used_ratio_lowest{rule="disk",object="/${String(index)}",seconds="2"} 0.9\n`;
    const sample = parseMetrics(agentText() + Array.from({ length: 22_000 }, (_, index) => low(index)).join(''), at);
    expect(sample.lowest).toHaveLength(2_000);
  });

  it('a zero character, which Postgres takes in no text, is replaced in names', () => {
    const sample = parseMetrics(`${agentText()}dockhero_container_memory_usage_bytes{container="a\0b",workload="\0"} 5\n`, at);
    expect(sample.containers[1]).toMatchObject({ name: 'a\uFFFDb', workload: '\uFFFD' });
  });

  it.each([
    ['nothing', ''],
    ['an error page', '<html>\n<body>\n</html>\n'],
    ['a text without its end', agentText().trimEnd()],
    ['a text without processors', agentText().replaceAll('node_cpu', 'no_cpu')],
    ['a text without memory', agentText().replaceAll('dockhero_memory_available', 'no_memory')],
    ['a text without load', agentText().replace('node_load1', 'no_load1')],
    ['a text of nobody', agentText().replace('dockhero_agent_info', 'other_info')],
    ['a file system without its size', agentText().replace('node_filesystem_size_bytes', 'other')],
    ['a value that is none', `${agentText()}node_load1 abc\n`],
    ['a missing value', `${agentText()}node_load1 \n`],
    ['a missing label', `${agentText()}dockhero_volume_disk_bytes 5\n`],
    ['labels that do not end', `${agentText()}dockhero_volume_disk_bytes{volume="a 5\n`],
    ['labels without a brace', `${agentText()}dockhero_volume_disk_bytes{volume="a" 5\n`],
    ['a label that ends in an escape', `${agentText()}dockhero_volume_disk_bytes{volume="a\\" 5\n`],
  ])('%s is an error, never half a sample', (_, text) => {
    expect(() => parseMetrics(text, at)).toThrow();
  });

  it('an answer cut after any line lacks something or is a whole one: no line is half', () => {
    const lines = agentText().split('\n');
    for (let count = 0; count < lines.length - 1; count += 1) {
      const half = `${lines.slice(0, count).join('\n')}\n${(lines[count] ?? '').slice(0, -1)}`;
      expect(() => parseMetrics(half, at)).toThrow();
    }
  });
});
