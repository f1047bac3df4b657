import type { RemediationView } from '../../../core/remediation/api/remediations.ts';
import { approvalFacts, type ShownFact } from '../../../core/remediation/approval/approval-screen.ts';
import { HttpReply } from '../../runtime/http-reply.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (each) => ENTITIES[each] ?? '');

/** A word may end a line within, so that none is wider than a phone. */
const breakable = (word: string): string => (word.match(/.{1,16}/gsu) ?? []).map(escaped).join('<wbr>');

/** Shows every character of a text, also spaces beside each other. */
const shown = (text: string): string =>
  text
    .split(/( +)/)
    .map((part) => (part.startsWith(' ') ? ` ${'&nbsp;'.repeat(part.length - 1)}` : breakable(part)))
    .join('');

const row = ({ label, texts }: ShownFact): string =>
  `<tr><th scope="row" align="left" valign="top">${shown(label)}</th><td>${texts.map(shown).join('<br>')}</td></tr>`;

const page = (title: string, content: string): string =>
  [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title></head>`,
    `<body><main><h1>${escaped(title)}</h1>`,
    content,
    '</main></body></html>',
  ].join('\n');

const html = (status: number, title: string, content: string): HttpReply =>
  new HttpReply(status, { 'content-type': 'text/html; charset=utf-8' }, page(title, content));

/** A form without an action posts to the address of the page. */
const FORM = [
  '<form method="post">',
  '<p><label for="reason">Reason (optional)</label><br>',
  '<input id="reason" name="reason" maxlength="500" size="30" autocomplete="off"></p>',
  '<p><button name="answer" value="approved">Approve</button>',
  '<button name="answer" value="rejected">Reject</button></p>',
  '</form>',
].join('\n');

/** The question to a person, without scripts and styles, which no response of the API may have. */
export const questionPage = (view: RemediationView, person: string): HttpReply =>
  html(
    200,
    view.question === 'undo' ? 'Undo this change?' : 'Approve this change?',
    [
      `<p>You answer as ${shown(person)}. Without an answer, nothing is changed.</p>`,
      `<table>${approvalFacts(view).map(row).join('\n')}</table>`,
      FORM,
    ].join('\n'),
  );

/** What became of the answer. */
export const answeredPage = (view: RemediationView): HttpReply =>
  html(
    200,
    'Your answer is recorded',
    `<p>The remediation is ${escaped(view.status)}. You can close this page.</p>`,
  );
