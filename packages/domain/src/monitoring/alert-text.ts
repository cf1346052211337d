import { worstFirst, type AlertGroup } from './alert-group.js';
import { alertHtml } from './alert-html.js';
import { alertSection, headlineOf, type AlertSection } from './alert-section.js';
import { alertSubject } from './alert-subject.js';

export interface AlertMessage {
  readonly subject: string;
  /** One line, for the app's log and chats. */
  readonly summary: string;
  readonly text: string;
  readonly html: string;
}

/** What a group of transitions is for people: the worst first, what is over last. */
export function alertMessage(group: AlertGroup): AlertMessage {
  const alerts = worstFirst(group.alerts);
  const sections = alerts.map((alert) => alertSection(alert, group));
  const about = aboutLine(group);
  return {
    subject: alertSubject(group),
    summary: alerts.map((alert) => headlineOf(alert, group).replaceAll(/\p{Cc}+/gu, ' ')).join(' '),
    text: [...sections.map(sectionText), `-- \n${about}\n`].join('\n\n'),
    html: alertHtml(sections, about),
  };
}

function aboutLine({ appName, resourceName }: AlertGroup): string {
  return `Add-on ${resourceName}${appName === null ? '' : ` of the app ${appName}`}. Times are UTC. All alerts: heroku dh:alerts${appName === null ? '' : ` --app ${appName}`}`;
}

function sectionText({ headline, lines, culprits, advice }: AlertSection): string {
  const width = Math.max(...culprits.map(({ name }) => name.length), 0);
  return [
    headline,
    ...lines,
    ...(culprits.length > 0 ? ['', 'What takes most:', ...culprits.map(({ name, amount }) => `  ${name.padEnd(width)}  ${amount}`)] : []),
    ...(advice.length > 0 ? ['', ...advice.flatMap(({ why, command }) => [`${why}:`, `  ${command}`])] : []),
  ].join('\n');
}
