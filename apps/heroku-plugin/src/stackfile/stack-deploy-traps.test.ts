import { describe, expect, it } from 'vitest';
import { parseStackfile } from './parse-stackfile.js';
import { explainStackTrap, findStackTraps } from './stack-deploy-traps.js';

const traps = (text: string): readonly string[] =>
  findStackTraps(parseStackfile(text, 'f.yml')).map(
    ({ code, severity, place }) => `${severity} ${code} ${place.path}:${place.position.line}`,
  );
const withImage = (image: string): string => `services:\n  web:\n    image: ${JSON.stringify(image)}\n`;

describe('what docker stack deploy would misread', () => {
  it.each([
    ['${A:+b}', 'replacement'],
    ['${A+b}', 'replacement'],
    ['${A:-${B}}', 'nested'],
    ['${A:-$B}', 'nested'],
    ['${A?must-set it}', 'hyphen-in-message'],
    ['${A:?must-set it}', 'hyphen-in-message'],
    ['$NAME-web/x', 'no-braces'],
    ['$NAME:-x', 'no-braces'],
    ['$NAME?', 'no-braces'],
    ['${A-b:-c}', 'colon-hyphen-in-default'],
    ['${A:-{"b":1}}', 'other-meaning'],
    ['costs $1', 'invalid-form'],
    ['${A!}', 'invalid-form'],
    ['${A:-b$$c}', 'nested'],
  ])('%s is refused', (image, code) => {
    expect(traps(withImage(image))).toEqual([`refuse ${code} web.image:3`]);
  });

  it.each(['${A}', '$A', '$A/b', '$A:80', '${A:-b}', '${A-b-c}', '${A:-a-b?c}', '${A:?set it}', '${A?}', '$$A-b', '${A}-web', 'plain'])(
    '%s passes',
    (image) => {
      expect(traps(withImage(image))).toEqual([]);
    },
  );

  it('says each trap with file, line, place and mend', () => {
    const [trap] = findStackTraps(parseStackfile(withImage('$NAME-web'), 'f.yml'));
    expect(trap && explainStackTrap(trap)).toBe(
      'f.yml:3 web.image: docker stack deploy takes what follows $NAME for a default or a message and drops it. Write ${NAME} with braces.',
    );
  });
});

describe('what docker stack deploy refuses or ignores', () => {
  it('names version, fields and forms with their lines', () => {
    expect(
      traps(`version: "2"
name: shop
services:
  web:
    image: x
    build: .
    restart: always
    mem_limit: 1g
    ports: [{target: 80, published: "80"}]
    depends_on: {db: {condition: service_healthy}}
`),
    ).toEqual([
      'refuse version version:1',
      'refuse refused-field name:2',
      'warn ignored-field web.build:6',
      'warn ignored-field web.restart:7',
      'refuse refused-field web.mem_limit:8',
      'refuse published-text web.ports.published:9',
      'refuse refused-field web.depends_on:10',
    ]);
  });

  it('wants services: in a file of version 1', () => {
    expect(traps('web: {image: x}')).toEqual(['refuse version services:1']);
  });

  it('has nothing against an ordinary stack', () => {
    expect(traps('version: "3.8"\nx-a: {A: b}\nservices: {web: {image: x, deploy: {replicas: 2}, x-b: 1}}\nvolumes: {data: }\n')).toEqual(
      [],
    );
  });
});
