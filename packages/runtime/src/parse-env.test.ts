import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { baseUrlSetting, listSetting, memberNameSetting, parseEnv, secretSetting, switchSetting } from './parse-env.js';

const shape = { PORT: z.coerce.number().int().default(7110), TOKEN: secretSetting(8), NAMES: listSetting.optional() };
let printed = '';

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('parseEnv', () => {
  it('reads settings, fills defaults, and takes an empty one for absent', () => {
    const env = parseEnv(shape, { TOKEN: 'long enough', PORT: '', NAMES: ' a, b ,,c' });
    expect(env.PORT).toBe(7110);
    expect(env.NAMES).toEqual(['a', 'b', 'c']);
    expect(env.TOKEN.reveal()).toBe('long enough');
  });

  it('hands out secrets that cannot be printed by accident', () => {
    const env = parseEnv(shape, { TOKEN: 'long enough' });
    expect(inspect(env) + JSON.stringify(env)).not.toContain('long enough');
  });

  it('names every bad setting at once, prints no value, and ends the process', () => {
    expect(() => parseEnv({ ...shape, ADDRESS: z.string() }, { TOKEN: 'short', PORT: 'canary' })).toThrow('exit 1');
    for (const name of ['PORT', 'TOKEN', 'ADDRESS: is missing']) expect(printed).toContain(name);
    expect(printed).not.toMatch(/canary|short/);
  });
});

describe('a setting', () => {
  it('that switches is off when absent, and takes only true and false', () => {
    expect(['true', 'false', undefined].map((value) => switchSetting.parse(value))).toEqual([true, false, false]);
    expect(switchSetting.safeParse('yes').success).toBe(false);
  });

  it('that is the head of other URLs loses the slash at its end', () => {
    expect(baseUrlSetting.parse('https://dockhero.test/base/')).toBe('https://dockhero.test/base');
    expect(baseUrlSetting.safeParse('dockhero.test').success).toBe(false);
  });

  it('that names a process is a word, and the machine’s name when absent', () => {
    const setting = memberNameSetting('nameless');
    expect(setting.parse(undefined)).toMatch(/^[\w.-]{1,64}$/);
    expect(setting.parse('drain-1.example')).toBe('drain-1.example');
    expect(setting.safeParse('two words').success).toBe(false);
  });
});
