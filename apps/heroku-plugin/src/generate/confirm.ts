import type { Prompt } from './prompt.js';

/** Asks until the answer is one of y, Y, yes, Yes, YES or the same of no; the end of the input is a no. */
export async function confirm(prompt: Prompt, question: string): Promise<boolean> {
  for (;;) {
    const answer = await prompt.ask(`${question} (y/n): `);
    if (answer === null) return false;
    if (/^(y|Y|yes|Yes|YES)$/.test(answer.trim())) return true;
    if (/^(n|N|no|No|NO)$/.test(answer.trim())) return false;
  }
}
