/** Asks whoever has followed a link by hand. The form goes to the address that it came from. */
export function unsubscribePage(email: string): string {
  return page(
    `<p>No more mails about the alerts of this add-on to <b>${escapeHtml(email)}</b>?</p>`,
    '<form method="post"><button>No more mails</button></form>',
  );
}

export function unsubscribedPage(email: string): string {
  return page(
    `<p><b>${escapeHtml(email)}</b> gets no more mails about the alerts of this add-on.</p>`,
    `<p>To have them again: <code>heroku dh:alerts:set resubscribe=${escapeHtml(email)}</code></p>`,
  );
}

function page(...parts: readonly string[]): string {
  return `<!doctype html>\n<html lang="en"><head><title>Dockhero: mails about alerts</title></head><body style="font-family:sans-serif">\n${parts.join('\n')}\n</body></html>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
