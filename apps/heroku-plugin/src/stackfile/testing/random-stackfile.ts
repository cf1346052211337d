import { randomText, variableNames } from './random-text.js';
import type { Seeded } from './seeded.js';

export interface RandomStack {
  /** Text of the stackfiles, to be given with `-f` in this order. */
  readonly files: readonly string[];
  readonly dotenv?: string;
  readonly shell: Readonly<Record<string, string>>;
}

const values = ['', 'plain', 'two words', 'with $TAG', '${TAG}', 'a:b', '#not a comment', 'ünï', '"quoted"', '$$'];

/** A project folder with variables in all places: v1, v2, v3 and without version; anchors, merges, comments, keys, blocks, `.env`, shell. */
export function randomStack(random: Seeded): RandomStack {
  const isV1 = random.chance(15);
  const brokenPercent = random.chance(15) ? 10 : 0;
  const make = (): string => (isV1 ? servicesText(random, '', brokenPercent, true) : sectionedText(random, brokenPercent));
  const shell = Object.fromEntries(variableNames.filter(() => random.chance(45)).map((name) => [name, random.pick(values)]));
  return {
    files: random.chance(15) ? [make(), make()] : [make()],
    ...(random.chance(50) ? { dotenv: randomDotenv(random) } : {}),
    shell,
  };
}

function sectionedText(random: Seeded, brokenPercent: number): string {
  const text = (): string => randomText(random, brokenPercent);
  return [
    random.pick(['', 'version: "2"\n', 'version: "2.4"\n', 'version: "3"\n', "version: '3.8'\n"]),
    // Not read by docker-compose where it stands, only where the alias is.
    `x-shared: &shared\n  SHARED: ${scalar(random, text(), 2)}\n  $\{KEY}: ${scalar(random, 'plain', 2)}\n`,
    '# a comment with ${COMMENTED} and $ALSO and ${\n',
    'services:\n',
    servicesText(random, '  ', brokenPercent, false),
    `volumes:\n  data:\n    driver_opts:\n      o: ${scalar(random, text(), 6)}\n    labels:\n      l: ${scalar(random, text(), 6)}\n`,
    random.chance(50) ? `networks:\n  front:\n    labels:\n      - ${scalar(random, `k=${text()}`, 6)}\n` : '',
  ].join('');
}

function servicesText(random: Seeded, indent: string, brokenPercent: number, isV1: boolean): string {
  const text = (): string => randomText(random, brokenPercent);
  const services = ['web', 'worker', 'db'].slice(0, 1 + random.below(3));
  return services
    .map((name) => {
      const line = (content: string): string => `${indent}  ${content}\n`;
      const value = (content: string): string => scalar(random, content, indent.length + 4);
      return [
        `${indent}${name}: # \${COMMENT_${name}}\n`,
        line(`image: ${value(`img${text()}`)}`),
        random.chance(60) ? line(`command: ${value(`run ${text()}`)}`) : '',
        random.chance(40) ? line(`entrypoint: [${flow(text())}, ${flow(text())}]`) : '',
        random.chance(40) ? line(`hostname: ${value(text())}`) : '',
        random.chance(30) ? line(`labels: {a: ${flow(text())}, "\${KEY}": ${flow(text())}}`) : '',
        environmentText(random, `${indent}  `, value, text, isV1),
      ].join('');
    })
    .join('');
}

function environmentText(random: Seeded, indent: string, value: (content: string) => string, text: () => string, isV1: boolean): string {
  const name = random.pick(variableNames);
  if (random.chance(45)) {
    const entries = [...random.times(1, 3, (index) => `K${index}=${text()}`), name, 'UNSET_ANYWHERE'];
    return `${indent}environment:\n${entries.map((entry) => `${indent}  - ${value(entry)}\n`).join('')}`;
  }
  const merge = !isV1 && random.chance(50) ? `${indent}  <<: *shared\n` : '';
  const entries = random.times(1, 3, (index) => `${indent}  K${index}: ${value(text())}\n`);
  return `${indent}environment:\n${merge}${entries.join('')}${indent}  ${name}:\n${indent}  UNSET_ANYWHERE: ~\n`;
}

/** A text in one of YAML's styles. */
function scalar(random: Seeded, text: string, indent: number): string {
  const style = random.below(4);
  if (style === 0 && /^[A-Za-z][\w$./@+?{}:-]*$/.test(text) && !text.endsWith(':')) return `${text} # \${IN_COMMENT}`;
  if (style === 1) return `'${text.replaceAll("'", "''")}'`;
  if (style === 2 && /^\S/.test(text) && !/\s$/.test(text)) return `|-\n${' '.repeat(indent + 2)}${text}`;
  return flow(text);
}

function flow(text: string): string {
  return JSON.stringify(text);
}

function randomDotenv(random: Seeded): string {
  const text = (): string => random.pick(values).replaceAll('"', '');
  return random
    .times(1, 6, () => {
      const name = random.pick(variableNames);
      return random.pick([
        `${name}=${text()}`,
        `export ${name}=${text()}`,
        `${name} = ${text()}`,
        `${name}='${text()}'`,
        `${name}="${text()}"`,
        `${name}="line one\\nline\ttwo"`,
        `${name}="first\nsecond"`,
        `${name}=\${TAG:-none}-\${q}`,
        `${name}='\${TAG}'`,
        `${name}=value # \${IN_COMMENT}`,
        `${name}=value# no comment`,
        `${name}='it\\'s'`,
        `# ${name}=commented`,
        '',
        `${name}="never closed`,
        `'${name}'=quoted key`,
      ]);
    })
    .join(random.pick(['\n', '\n', '\r\n']));
}
