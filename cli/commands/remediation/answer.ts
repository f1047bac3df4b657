import { createInterface } from 'node:readline';
import { approvalScreen } from '../../../core/remediation/approval/approval-screen.ts';
import type { Question } from '../../../core/remediation/remediation.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { RemediationAnswer } from '../../api-client/remediation-answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import type { ConnectionOptions } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

export interface AnswerOptions extends ConnectionOptions {
  /** The hash that the caller saw, or its beginning; without it, the plan is shown and the caller asked. */
  readonly plan?: string;
  /** What the caller answers: with a hash the plan, else what was shown. */
  readonly question?: Question;
  readonly reason: string;
  readonly json?: true;
}

type Verb = 'approve' | 'reject' | 'undo';

const MIN_HASH = 8;

/** The first line of standard input. */
const readLine = async ({ stdin }: Terminal): Promise<string> => {
  const lines = createInterface({ input: stdin });
  for await (const line of lines) {
    lines.close();
    return line.trim();
  }
  return '';
};

/** Shows the plan and waits for the word. @throws InvalidInputError if something else is typed */
const confirm = async (verb: Verb, remediation: RemediationAnswer, terminal: Terminal): Promise<void> => {
  await new LineWriter(terminal.stderr).lines(approvalScreen(remediation));
  printLine(terminal.stderr, `Type "${verb}" to ${verb} exactly this, anything else to do nothing:`);
  const typed = await readLine(terminal);
  if (typed !== verb)
    throw new InvalidInputError(`nothing was done: found "${typed}", expected "${verb}" or --plan HASH`);
};

/** @throws InvalidInputError if the plan is another one than the caller saw */
const checkPlan = (plan: string, planHash: string): void => {
  if (plan.length >= MIN_HASH && planHash.startsWith(plan)) return;
  throw new InvalidInputError(
    `--plan: found ${plan}, expected at least the first ${MIN_HASH} characters of ${planHash}`,
  );
};

const DONE: Readonly<Record<Verb, string>> = {
  approve: 'approved',
  reject: 'rejected',
  undo: 'asked to be undone',
};

const questionOf = (verb: Verb, shown: Question, { plan, question }: AnswerOptions): Question | undefined => {
  if (verb === 'undo') return undefined;
  return question ?? (plan === undefined ? shown : 'plan');
};

/** Answers a question about a plan, or asks to undo it. The hash that is sent is that of the plan that was shown. */
export const answerRemediation = async (
  verb: Verb,
  id: string,
  options: AnswerOptions,
  terminal: Terminal,
): Promise<void> => {
  const { plan, reason, json, question: _, ...connection } = options;
  const client = connectRemediation(connection, terminal);
  const remediation = await client.remediation(id);
  const { planHash } = remediation;
  if (planHash === undefined)
    throw new InvalidInputError(`remediation ${id} has no plan: ${remediation.explanation}`);
  if (plan === undefined) await confirm(verb, remediation, terminal);
  else checkPlan(plan, planHash);
  const question = questionOf(verb, remediation.question ?? 'plan', options);
  const answered = await client.answer(id, verb, { planHash, question, reason });
  printLine(terminal.stdout, json ? jsonText(answered) : `${id} ${DONE[verb]}: it is ${answered.status}`);
};
