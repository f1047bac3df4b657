/** The question to people, as one screen of a terminal: 80 columns, and 24 lines unless there is more to show. */
import { canonicalJson } from '../../shared/canonical-json.ts';
import { shownText } from '../../shared/text.ts';
import type { PlanView, RemediationView } from '../api/remediations.ts';

const WIDTH = 80;
const LABEL = 11;

/** Breaks at spaces, and within words that are longer than a line: nothing is left out. */
const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
};

/** One line of the question: its label, and the texts beside it, which show every character. */
export interface ShownFact {
  readonly label: string;
  readonly texts: readonly string[];
}

const facts = (label: string, texts: readonly string[]): ShownFact[] =>
  texts.length === 0 ? [] : [{ label, texts: texts.map(shownText) }];
const fact = (label: string, text: string): ShownFact[] => facts(label, [text]);

/** The label stands beside the first line. */
const linesOf = ({ label, texts }: ShownFact): readonly string[] =>
  texts
    .flatMap((text) => wrapped(text, WIDTH - LABEL))
    .map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL)}${line}`);

const percent = (share: number): string => `${Math.floor(100 * share)} %`;
const clock = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

const howSure = ({ problem, expectedSuccess }: PlanView): string =>
  `${percent(problem.confidence)} that the problem exists or comes; ${percent(expectedSuccess)} that this ends it`;

const whenOf = ({ problem, minutes }: PlanView): string => {
  const impact = problem.impactAt === undefined ? 'the harm is there' : `harm at ${clock(problem.impactAt)}`;
  return `${impact}; acts in ${minutes.act} min, shows after ${minutes.settle} more`;
};

const costOf = ({ cost: { usdPerHour, usdOnce, basis } }: PlanView): string =>
  `$${usdPerHour} an hour, $${usdOnce} once: ${basis}`;

const touched = ({ change: { touches }, resource }: PlanView): string =>
  `${touches} ${touches === 1 ? 'unit' : 'units'} of ${resource}, nothing else`;

const isEmpty = (value: unknown): boolean => canonicalJson(value) === '{}';

const answersOf = ({ approval }: RemediationView): string => {
  if (approval === undefined) return 'nobody is asked yet';
  const { approvals, needed, expiresAt } = approval;
  const names = approvals.length === 0 ? '' : ` (${approvals.map(({ by }) => by.name).join(', ')})`;
  return `${approvals.length} of ${needed} approvals${names}, until ${clock(expiresAt)}`;
};

/** Everything below it was carried out. */
const UNDO = 'whether to UNDO this change, which was carried out';

/**
 * Everything that a person needs to decide, the most important first: what, why, how sure, how much it touches, how to
 * undo it, what happens without an answer; then each parameter, the states and the calls, in full.
 */
export const approvalFacts = (view: RemediationView): readonly ShownFact[] => {
  const { plan } = view;
  if (plan === undefined) return fact('Status', `${view.status}: ${view.explanation}`);
  const { problem, change } = plan;
  return [
    ...(view.question === 'undo' ? fact('Question', UNDO) : []),
    ...fact('What', `${change.summary}: ${plan.action.title}`),
    ...fact('Where', `${plan.resource} in ${plan.environment}`),
    ...facts('Why', [view.cause, ...problem.evidence]),
    ...fact('How sure', howSure(plan)),
    ...fact('Touches', touched(plan)),
    ...fact('Undo', plan.undo),
    ...fact('No answer', plan.withoutAnswer),
    ...fact('Risk', `${plan.risk}, ${plan.effect}; ${whenOf(plan)}`),
    ...fact('Cost', costOf(plan)),
    ...fact('Answers', answersOf(view)),
    ...fact('Parameters', isEmpty(plan.parameters) ? 'none' : canonicalJson(plan.parameters)),
    ...fact('From', canonicalJson(change.from)),
    ...fact('To', canonicalJson(change.to)),
    ...facts(
      'Calls',
      plan.calls.map(({ service, operation, input }) => `${service} ${operation} ${canonicalJson(input)}`),
    ),
    ...fact('Plan', plan.hash),
  ];
};

/** The facts as lines of a terminal. */
export const approvalScreen = (view: RemediationView): readonly string[] =>
  approvalFacts(view).flatMap(linesOf);
