import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { setLines, shells, unsetLines, usageLines } from './shell-lines.js';

const nasty = '/home/o\'brien/$(touch x)/`id`/a b\\c"d';

describe('lines for a shell', () => {
  it('arrive in a POSIX shell as they are, and nothing in them is run', () => {
    const script = `${setLines('posix', { DOCKER_CERT_PATH: nasty }).join('\n')}\nprintf %s "$DOCKER_CERT_PATH"`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(nasty);
  });

  it('are taken away again', () => {
    const lines = [...setLines('posix', { A: '1', B: '2' }), ...unsetLines('posix', ['A', 'B'])];
    expect(execFileSync('sh', ['-c', `${lines.join('\n')}\nprintf %s "$A$B"`], { encoding: 'utf8' })).toBe('');
  });

  it.each([
    ['fish', [String.raw`set -gx X 'o\'b\\c';`]],
    ['powershell', [String.raw`$Env:X = 'o''b\c'`]],
    ['cmd', [String.raw`SET "X=o'b\c"`]],
  ] as const)('are quoted for %s', (shell, lines) => {
    expect(setLines(shell, { X: String.raw`o'b\c` })).toEqual(lines);
  });

  it.each(shells)('end with how %s takes them, in its own comment', (shell) => {
    const lines = usageLines(shell, 'heroku dh:env --app acme');
    expect(lines.every((line) => line.startsWith(shell === 'cmd' ? 'REM ' : '# '))).toBe(true);
    expect(lines.join('\n')).toContain('heroku dh:env --app acme');
  });

  it('say for powershell and cmd how a variable goes away', () => {
    expect([...unsetLines('powershell', ['X']), ...unsetLines('cmd', ['X']), ...unsetLines('fish', ['X'])]).toEqual([
      String.raw`Remove-Item Env:\X -ErrorAction SilentlyContinue`,
      'SET X=',
      'set -e X;',
    ]);
  });
});
