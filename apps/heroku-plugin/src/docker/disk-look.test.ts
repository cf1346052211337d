import { describe, expect, it } from 'vitest';
import { parseComposeArguments } from '../stackfile/parse-compose-arguments.js';
import { diskLookOfCompose, diskLookOfDocker } from './disk-look.js';

const docker = (line: string, shell: Record<string, string> = {}) => diskLookOfDocker(line.split(' '), shell);
const compose = (line: string, shell: Record<string, string> = {}) => diskLookOfCompose(parseComposeArguments(line.split(' ')), shell);

describe('when the disks are looked at', () => {
  it.each([
    'run --rm -it alpine sh --help',
    '--log-level debug -c default pull redis',
    '--tlsverify build .',
    'container run alpine',
    'image load -i x.tar',
    'buildx build .',
    'service create nginx',
    'service update --image nginx:2 web',
    'stack deploy -c x.yml web',
    'compose -f x.yml up -d',
  ])('before docker %s', (line) => {
    expect(docker(line)).toBe('before');
    expect(docker(line, { DOCKHERO_DISK_CHECK: 'off' })).toBe('after');
  });

  it.each(['start web', 'restart web', 'cp web:/data .', 'service scale web=0', 'compose cp web:/data .'])(
    'only after a failure: docker %s, which may make room or save what is there',
    (line) => {
      expect(docker(line)).toBe('after');
    },
  );

  it.each([
    'exec web run',
    'logs up',
    'ps --filter name=run',
    'rm create',
    'stop pull',
    'system prune --all',
    'stack rm build',
    'network create x',
    'run --help',
    '--log-level run ps',
    'compose exec web up',
    'compose down',
    '',
  ])('never for docker %s', (line) => {
    expect(docker(line)).toBe('never');
  });

  it('goes by the subcommand of compose, not by what stands behind it', () => {
    expect(['up -d', '-p x --profile exec run web', 'pull', 'build', 'create', 'run web cmd --help'].map((line) => compose(line))).toEqual(
      Array(6).fill('before'),
    );
    expect(['exec web up', '-f up ps', 'logs run', 'up --help', '--help up', 'down'].map((line) => compose(line))).toEqual(
      Array(6).fill('never'),
    );
    expect(compose('restart')).toBe('after');
    expect(compose('up', { DOCKHERO_DISK_CHECK: 'off' })).toBe('after');
  });
});
