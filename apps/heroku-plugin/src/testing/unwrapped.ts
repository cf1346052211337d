/** What the Heroku CLI has printed, without the line breaks and marks (`›`) that its boxes put into sentences. */
export function unwrapped(printed: string): string {
  return printed.replaceAll(/\s+(›\s+)?/g, ' ');
}
