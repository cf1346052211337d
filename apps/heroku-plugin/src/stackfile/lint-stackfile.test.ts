import { describe, expect, it } from 'vitest';
import { lintStackfile, type LintOptions } from './lint-stackfile.js';
import { parseStackfile } from './parse-stackfile.js';

const codes = (text: string, options: LintOptions = {}): readonly string[] =>
  lintStackfile(parseStackfile(text, 'f.yml'), options).map(({ code, place }) => `${code} ${place.path}:${place.position.line}`);
const inService = (lines: string, options: LintOptions = {}): readonly string[] =>
  codes(`services:\n  web:\n    image: x\n    ${lines}\n`, options);

describe('mounts of the developer’s own folders', () => {
  it.each(['./src:/app', '.:/app', '../x:/app:ro', '~/x:/app', '$PWD/x:/app', '${PWD}:/app', '${HOME}/x:/y', 'C:\\x:/app'])(
    '%s is found',
    (volume) => {
      expect(inService(`volumes: [${JSON.stringify(volume)}]`)).toEqual(['relative-mount web.volumes:4']);
    },
  );

  it('are found in the long form', () => {
    expect(inService('volumes:\n      - {type: bind, source: ./x, target: /y}\n      - {type: volume, source: data, target: /z}')).toEqual([
      'relative-mount web.volumes:5',
    ]);
  });

  it.each(['data:/app', '/var/run/docker.sock:/var/run/docker.sock', '/anonymous', '${DATA}:/app', '.hidden'])('%s is none', (volume) => {
    expect(inService(`volumes: [${JSON.stringify(volume)}]`)).toEqual([]);
  });

  it('are found under secrets and configs too', () => {
    expect(
      codes('services: {web: {image: x}}\nsecrets:\n  a: {file: ./a.txt}\n  b: {environment: B}\nconfigs:\n  c: {external: true}\n'),
    ).toEqual(['local-file secrets.a:3']);
  });
});

describe('$PORT as on a dyno', () => {
  it.each([
    'command: run -p $PORT',
    'command: run -p ${PORT}',
    'command: run -p $$PORT',
    'ports: ["${PORT}:80"]',
    'environment: [PORT]',
    'environment: {PORT: }',
  ])('%s is found', (line) => {
    expect(inService(line).map((found) => found.split(' ')[0])).toEqual(['dyno-port']);
  });

  it.each([
    'command: run -p ${PORT:-80}',
    'environment: {PORT: "80"}',
    'command: echo $PORTS',
    'command: sh -c "run $$PORT"\n    environment: [PORT=80]',
  ])('%s is none', (line) => {
    expect(inService(line)).toEqual([]);
  });

  it('is said once for each service', () => {
    expect(inService('command: $PORT\n    environment: [PORT]')).toHaveLength(1);
  });
});

describe('databases open to the world', () => {
  it.each([
    '"5432:5432"',
    '"15432:5432"',
    '"0.0.0.0:6379:6379"',
    '"3306"',
    '27017',
    '"9000-9300:9000-9300"',
    '"11211:11211/udp"',
    '"${P:-5432}:5432"',
    '{target: 5432, published: 5432}',
    '"[::]:6379:6379"',
  ])('%s is found', (port) => {
    expect(inService(`ports: [${port}]`)).toEqual(['open-database web.ports:4']);
  });

  it.each([
    '"127.0.0.1:5432:5432"',
    '"[::1]:5432:5432"',
    '"80:8080"',
    '"5432:80"',
    '{target: 5432, published: 5432, host_ip: 127.0.0.1}',
    '"nonsense"',
    '"${P}"',
  ])('%s is none', (port) => {
    expect(inService(`ports: [${port}]`)).toEqual([]);
  });

  it('takes ports from variables that have a value', () => {
    expect(inService('ports: ["${BIND}5432:${P}"]', { lookup: (name) => (name === 'P' ? '5432' : '127.0.0.1:') })).toEqual([]);
    expect(inService('ports: ["1:${P}"]', { lookup: () => '6379' })).toEqual(['open-database web.ports:4']);
  });
});

describe('fixed names', () => {
  it('of the machine are found, known or of our domain', () => {
    const options = { hosts: ['203.0.113.7', 'quiet-fox.example.net'] };
    expect(inService('command: ping 203.0.113.7', options)).toEqual(['fixed-host web.command:4']);
    expect(inService('environment: {URL: "http://QUIET-fox.example.net:80/"}', options)).toEqual(['fixed-host web.environment.URL:4']);
    expect(inService('environment: {URL: "https://blue-1-flexible-ssl.dockhero.io"}')).toEqual(['fixed-host web.environment.URL:4']);
    expect(inService('command: ping 203.0.113.70 1203.0.113.7', options)).toEqual([]);
    expect(inService('environment: {URL: "http://${DOCKHERO_HOST}/"}', options)).toEqual([]);
  });

  it('of the app are found', () => {
    expect(inService('environment: {URL: "https://shop.herokuapp.com/"}')).toEqual(['fixed-app web.environment.URL:4']);
  });
});

describe('https to the machine', () => {
  const url = 'environment: {URL: "https://${DOCKHERO_HOST}/x"}';
  it('is found when nothing is published on 443', () => {
    expect(inService(`${url}\n    ports: ["80:80"]`)).toEqual(['https-unserved web.environment.URL:4']);
    expect(inService('command: curl https://$DOCKHERO_HOST')).toEqual(['https-unserved web.command:4']);
  });

  it.each(['ports: ["443:443"]', 'ports: ["400-500:400-500"]', 'ports: [{target: 8443, published: "443"}]', 'network_mode: host'])(
    'is none with %s',
    (line) => {
      expect(inService(`${url}\n    ${line}`)).toEqual([]);
    },
  );

  it('is none on another port', () => {
    expect(inService('command: curl https://${DOCKHERO_HOST}:8443')).toEqual([]);
  });
});

describe('secrets written out', () => {
  it.each([
    'DB_PASSWORD: hunter2',
    'SECRET_KEY_BASE: abc',
    'API_KEY: k',
    'APIKEY: k',
    'STRIPE_TOKEN: t',
    'POSTGRES_PASSWORD: "12345"',
    'URL: "postgres://me:pw@db/x"',
    'PGPASSWORD: x',
    'PRIVATE_KEY: "a$$b"',
  ])('%s is found', (line) => {
    expect(inService(`environment: {${line}}`).map((found) => found.split(' ')[0])).toEqual(['literal-secret']);
    expect(
      inService(`environment: [${JSON.stringify(line.replace(/: "?/, '=').replace(/"$/, ''))}]`).map((found) => found.split(' ')[0]),
    ).toEqual(['literal-secret']);
  });

  it.each([
    'DB_PASSWORD: "${DB_PASSWORD}"',
    'DB_PASSWORD: ',
    'MYSQL_RANDOM_ROOT_PASSWORD: "yes"',
    'PASSWORD_FILE: /run/secrets/x',
    'TOKENS_PER_MINUTE: "a"',
    'URL: "postgres://me:${PW}@db"',
    'URL: "http://db:80/a@b"',
  ])('%s is none', (line) => {
    expect(inService(`environment: {${line}}`)).toEqual([]);
  });

  it('are not repeated in what is said of them', () => {
    const [finding] = lintStackfile(parseStackfile('services: {web: {image: x, build: {args: {NPM_TOKEN: s3cret}}}}', 'f.yml'));
    expect(finding?.problem).toMatch(/^The secret NPM_TOKEN is written/);
    expect(JSON.stringify(finding)).not.toContain('s3cret');
  });
});

describe('volumes of driver dockhero', () => {
  const stack = (service: string, volumes = 'data: {driver: dockhero}'): readonly string[] =>
    codes(`services:\n  web:\n    image: x\n    volumes: ["data:/data"]\n    ${service}\nvolumes:\n  ${volumes}\n`);

  it('with options that the driver refuses are found, by their lines', () => {
    const options =
      'data:\n    driver: dockhero\n    driver_opts: {size: 20, type: gp3, iops: 3000, throughput: 125, fs: xfs, backups: daily}';
    expect(stack('', options)).toEqual([]);
    expect(stack('', 'data:\n    driver: dockhero\n    driver_opts:\n      Size: 20\n      backup: daily')).toEqual([
      'volume-option volumes.data.driver_opts.Size:10',
      'volume-option volumes.data.driver_opts.backup:11',
    ]);
    expect(stack('', 'data: {driver: local, driver_opts: {o: bind}}')).toEqual([]);
  });

  it.each(['deploy: {replicas: 2}', 'deploy: {replicas: "${N:-3}"}', 'scale: 2'])('are shared with %s', (line) => {
    expect(stack(line).map((found) => found.split(' ')[0])).toEqual(['volume-shared']);
  });

  it.each([
    'deploy: {replicas: 1}',
    'deploy: {replicas: "${N}"}',
    'deploy: {replicas: 2, placement: {constraints: ["node.hostname == a"]}}',
    'deploy: {update_config: {order: stop-first}}',
  ])('are not with %s', (line) => {
    expect(stack(line)).toEqual([]);
  });

  it('are wanted by two at once with start-first', () => {
    expect(stack('deploy: {update_config: {order: start-first}}')).toEqual(['volume-start-first web.deploy.update_config.order:5']);
  });

  it('count in the long form, and only where they are mounted; others may be shared', () => {
    const text = (source: string, driver: string): string =>
      `services:\n  web:\n    image: x\n    deploy: {replicas: 2}\n    volumes: [{type: volume, source: ${source}, target: /x}]\nvolumes:\n  data: {driver: ${driver}}\n  other:\n`;
    expect(codes(text('data', '"${D:-dockhero}"')).map((found) => found.split(' ')[0])).toEqual(['volume-shared']);
    expect([codes(text('other', 'dockhero')), codes(text('data', 'local'))]).toEqual([[], []]);
  });
});

describe('a whole stackfile', () => {
  it('of version 1 is said to be old, and checked all the same', () => {
    expect(codes('db:\n  image: x\n  ports: ["5432:5432"]\n  environment: [PASSWORD=x]\n')).toEqual([
      'old-format services:1',
      'open-database db.ports:3',
      'literal-secret db.environment.PASSWORD:4',
    ]);
  });

  it('without faults has no finding', () => {
    expect(
      codes(`services:
  web:
    image: shop:\${TAG}
    command: serve --port 8080
    ports: ["80:8080"]
    environment: {DATABASE_URL: , SECRET: "\${SECRET}", PRICE: "$5"}
    volumes: ["data:/data"]
  db:
    image: postgres:17
    volumes: [{type: volume, source: data, target: /var/lib/postgresql/data}]
volumes: {data: {}}
`),
    ).toEqual([]);
  });
});
