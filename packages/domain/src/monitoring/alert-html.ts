import type { AlertSection } from './alert-section.js';

/** Plain enough to be read by every mail program, also without styles; nothing is loaded from anywhere. */
export function alertHtml(sections: readonly AlertSection[], about: string): string {
  return [
    '<!doctype html>',
    '<html lang="en"><body style="font-family:sans-serif">',
    ...sections.map(sectionHtml),
    `<hr><p><small>${escapeHtml(about)}</small></p>`,
    '</body></html>',
    '',
  ].join('\n');
}

function sectionHtml({ headline, lines, culprits, advice }: AlertSection): string {
  return [
    `<h2 style="font-size:1.2em">${escapeHtml(headline)}</h2>`,
    `<p>${lines.map(escapeHtml).join('<br>')}</p>`,
    ...(culprits.length > 0
      ? [
          '<p>What takes most:</p>',
          '<ul>',
          ...culprits.map(({ name, amount }) => `<li>${escapeHtml(name)}: ${escapeHtml(amount)}</li>`),
          '</ul>',
        ]
      : []),
    ...advice.map(({ why, command }) => `<p>${escapeHtml(why)}:<br><code>${escapeHtml(command)}</code></p>`),
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
