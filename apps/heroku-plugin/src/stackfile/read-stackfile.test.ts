import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findVariables } from './find-variables.js';
import { parseStackfile } from './parse-stackfile.js';
import { readStackfiles } from './read-stackfile.js';
import { StackfileError } from './stackfile-error.js';
import { resolveStackfile } from './testing/resolve-stackfile.js';
import { Seeded } from './testing/seeded.js';

const resolved = (text: string): unknown =>
  parseStackfile(text, 'f.yml').map((stackfile) => resolveStackfile(stackfile, () => 'VALUE', 'compose'))[0];

describe('what is read', () => {
  it.each([
    ['web: {image: x}', 'v1'],
    ['version: {image: x}', 'v1'],
    ['version: "2.1"\nservices: {web: {image: x}}', 'v2'],
    ['version: 3.8\nservices: {web: {image: x}}', 'v3'],
    ['services: {web: {image: x}}', 'specification'],
    ['name: x\ninclude: [a.yml]', 'specification'],
    ['volumes: {data: {}}', 'specification'],
  ])('%j is of format %s', (text, format) => {
    expect(parseStackfile(text, 'f.yml')[0]?.format).toBe(format);
  });

  it('resolves anchors, merge keys and lists of merges as YAML does: own keys win, then the first merged', () => {
    const text = 'x: &a {k: a, l: a}\ny: &b {k: b, m: "${V}"}\nservices:\n  web:\n    <<: [*a, *b]\n    l: own\n  copy: *a\n';
    expect(resolved(text)).toMatchObject({ services: { web: { k: 'a', l: 'own', m: 'VALUE' }, copy: { k: 'a', l: 'a' } } });
  });

  it('takes an anchor that is set twice as it stands at the alias', () => {
    expect(resolved('a: &x 1\nb: *x\nc: &x 2\nd: *x')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('passes over tags', () => {
    expect(resolved('services:\n  web:\n    ports: !reset []\n    image: !!str 5\n    environment: !override {A: b}')).toEqual({
      services: { web: { ports: [], image: '5', environment: { A: 'b' } } },
    });
  });

  it('reads each document of a file', () => {
    expect(parseStackfile('services: {a: {image: x}}\n---\nservices: {b: {image: y}}\n---\n', 'f.yml')).toHaveLength(2);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a key that stands twice', 'services:\n  web: {image: a}\n  web: {image: b}\n', 'f.yml:3:3: this key stands twice in one map'],
    ['a tab', 'services:\n\tweb: {}\n', 'f.yml:2:1: a tab cannot indent YAML; use spaces'],
    ['an open quote', 'services:\n  web: "a\n', 'f.yml:3:1: this is not YAML: '],
    ['an alias without anchor', 'services:\n  web: *none\n', 'f.yml:2:8: this alias has no anchor before it'],
    ['an alias within its own anchor', 'services: &s\n  web: *s\n', 'f.yml:2:8: this alias has no anchor before it'],
    ['a merge of a text', 'services:\n  web:\n    <<: text\n', '<<: merges maps only'],
    ['a list', '- a\n', 'f.yml:1:1: a stackfile is a map'],
    ['a text', 'hello', 'f.yml:1:1: a stackfile is a map'],
    ['nothing', '# only a comment\n', 'f.yml: the file is empty'],
    ['a map as key', '? {a: b}\n: c\n', 'a key must be text'],
    ['endless depth', '['.repeat(20_000), 'f.yml'],
  ])('%s is refused with its place', (_, text, message) => {
    expect(() => parseStackfile(text, 'f.yml')).toThrow(message);
  });

  it('does not unfold aliases of aliases without end', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(', ')}]\n`,
    );
    const stackfiles = parseStackfile(`l0: &l0 ["$A"]\n${levels.join('')}services: {web: {image: x}}\n`, 'f.yml');
    expect(() => findVariables(stackfiles)).toThrow('the aliases of this file unfold without end');
  });
});

describe('whatever a file holds', () => {
  it('throws nothing but its own error, which quotes no text of the file', () => {
    const sound =
      'services:\n  web: &w\n    image: "canary"\n    command: [canary, \'canary\']\n    environment:\n      <<: *w\n      - canary # canary\n';
    const noise = [
      ':',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '\n',
      '\t',
      '- ',
      '? ',
      '&a ',
      '*a',
      '!!x ',
      '|',
      '>',
      '%',
      '@',
      '#',
      '  ',
      ',',
      '\\',
      '---\n',
      '\0',
      '`',
    ];
    let refusals = 0;
    for (let seed = 1; seed <= 5000; seed++) {
      const random = new Seeded(seed);
      let text = sound;
      for (let edits = 1 + random.below(4); edits > 0; edits--) {
        const at = random.below(text.length);
        text = text.slice(0, at) + random.pick(noise) + text.slice(at + random.below(3));
      }
      try {
        findVariables(parseStackfile(text, 'f.yml'));
      } catch (error) {
        refusals++;
        if (!(error instanceof StackfileError)) throw error;
        expect(error.message).not.toMatch(/canar|anary/);
      }
    }
    expect(refusals).toBeGreaterThan(1000);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stackfile-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('come in the order of -f, then what they extend and include, each once', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(
      join(folder, 'a.yml'),
      'include: [sub/c.yml, {path: [missing.yml]}, "https://example.com/x.git"]\nservices: {web: {extends: {file: sub/d.yml, service: web}}}',
    );
    await writeFile(join(folder, 'b.yml'), 'services: {b: {image: x}}');
    await writeFile(join(folder, 'sub/c.yml'), 'services: {c: {extends: {file: d.yml, service: web}}}');
    await writeFile(join(folder, 'sub/d.yml'), '\uFEFFservices: {web: {image: "${FAR}", extends: {file: ../a.yml, service: web}}}');
    const stackfiles = await readStackfiles(['a.yml', '-', 'b.yml'], folder);
    expect(stackfiles.map(({ file }) => file)).toEqual(['a.yml', 'b.yml', 'sub/d.yml', 'sub/c.yml']);
    expect([...findVariables(stackfiles).names]).toEqual(['FAR']);
  });

  it('that the user named must be there', async () => {
    await expect(readStackfiles(['none.yml'], folder)).rejects.toThrow('none.yml: there is no such file');
    await expect(readStackfiles(['.'], folder)).rejects.toThrow('.: it is a folder');
  });
});
