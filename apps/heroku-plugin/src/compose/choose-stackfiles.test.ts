import { describe, expect, it } from 'vitest';
import { chooseStackfiles, projectFolder } from './choose-stackfiles.js';

const choose = (files: string[], existing: string[]) => chooseStackfiles(files, '--file', '/project', (path) => existing.includes(path));
const own = ['/project/dockhero-compose.yml'];

describe('chooseStackfiles', () => {
  it.each([
    ['the stackfile when nothing else is named', [], own, ['--file', 'dockhero-compose.yml'], ['dockhero-compose.yml']],
    [
      "the stackfile first, so that the user's override it",
      ['a.yml', 'b.yml'],
      own,
      ['--file', 'dockhero-compose.yml'],
      ['dockhero-compose.yml', 'a.yml', 'b.yml'],
    ],
    ['it only once when the user names it', ['a.yml', './dockhero-compose.yml'], own, [], ['a.yml', './dockhero-compose.yml']],
    ["the user's alone when there is no stackfile", ['a.yml'], [], [], ['a.yml']],
    ['standard input too', ['-'], own, ['--file', 'dockhero-compose.yml'], ['dockhero-compose.yml', '-']],
  ])('takes %s', (_name, files, existing, option, all) => {
    expect(choose(files, existing)).toEqual({ option, files: all });
  });

  it('says how to get one', () => {
    expect(() => choose([], [])).toThrow('dockhero-compose.yml is not found in project. Create it');
  });
});

describe('projectFolder', () => {
  it.each([
    [['dockhero-compose.yml'], undefined, '/project'],
    [['deploy/a.yml', 'b.yml'], undefined, '/project/deploy'],
    [['deploy/a.yml'], 'other', '/project/other'],
    [['-'], undefined, '/project'],
    [[], undefined, '/project'],
  ])('of %j with %j is %s', (files, directory, folder) => {
    expect(projectFolder(files, directory, '/project')).toBe(folder);
  });
});
