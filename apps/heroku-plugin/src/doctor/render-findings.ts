import type { Finding } from './finding.js';

const signs = { ok: '✓', warning: '!', error: '✗' } as const;

/** The report for people: a line per finding, then what to do about those that are not ok, worst first. */
export function renderFindings(findings: readonly Finding[]): string[] {
  const lines = findings.map(({ level, text }) => `${signs[level]} ${text}`);
  const faults = (['error', 'warning'] as const).flatMap((level) => findings.filter((finding) => finding.level === level));
  if (faults.length === 0) return [...lines, '', 'Nothing to mend.'];
  lines.push('', 'What to do:');
  for (const [index, { level, text, mend }] of faults.entries()) {
    lines.push('', `${String(index + 1)}. ${signs[level]} ${text}`, ...mend.map((line) => `   ${line}`));
  }
  return lines;
}
