import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createPrompt, type Prompt } from './prompt.js';

function terminal(): { input: PassThrough; prompt: Prompt; shown: () => string } {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { input, prompt: createPrompt(input, output, true), shown: () => text };
}

test('a plain answer is seen while it is typed, a hidden one is not', async () => {
  const { input, prompt, shown } = terminal();
  const plain = prompt.ask('Name: ');
  input.write('acme\r');
  expect(await plain).toBe('acme');
  const hidden = prompt.ask('Password: ', { hidden: true });
  input.write('hunter2\r');
  expect(await hidden).toBe('hunter2');
  const after = prompt.ask('Sure? ');
  input.write('yes\r');
  expect(await after).toBe('yes');
  prompt.close();
  expect(shown()).toContain('acme');
  expect(shown()).toContain('Password: ');
  expect(shown()).not.toContain('hunter2');
  expect(shown()).toContain('yes');
});

test('Ctrl-C and the end of the input are no answer, then and later', async () => {
  const { input, prompt } = terminal();
  const asked = prompt.ask('Name: ');
  input.write('ac\u0003');
  expect(await asked).toBeNull();
  expect(await prompt.ask('Again: ')).toBeNull();
});
