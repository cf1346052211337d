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

/** In one message. A host may have thousands of containers, and nobody reads more; Slack takes 40,000 characters. */
const alertsMax = 30;

/** What a group of transitions is for people: the worst first, what is over last; of very many the first alone. */
export function alertMessage(group: AlertGroup): AlertMessage {
  const alerts = worstFirst(group.alerts).slice(0, alertsMax);
  const left = group.alerts.length - alerts.length;
  const more = left > 0 ? [`And ${left} more: heroku dh:alerts.`] : [];
  const sections = [
    ...alerts.map((alert) => alertSection(alert, group)),
    ...more.map((headline): AlertSection => ({ headline, lines: [], culprits: [], advice: [] })),
  ];
  const about = aboutLine(group);
  return {
    subject: alertSubject(group),
    summary: [...alerts.map((alert) => headlineOf(alert, group).replaceAll(/\p{Cc}+/gu, ' ')), ...more].join(' '),
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
