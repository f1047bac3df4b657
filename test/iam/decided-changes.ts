/** Whether each change of a remediation was decided before, from what the emulator recorded. */
import * as z from 'zod';

/** As `local/emulator/record_actions.py` writes them, in the order in which they happened. */
const RecordedAction = z.union([
  z.strictObject({
    decision: z.strictObject({ kind: z.string(), remediation: z.string().nullable(), tenant: z.string() }),
  }),
  z.strictObject({
    call: z.strictObject({
      ...{ role: z.string(), session: z.string(), service: z.string() },
      /** Empty for services with paths instead of names of operations. */
      operation: z.string(),
      ...{ method: z.string(), path: z.string() },
    }),
  }),
]);
export type RecordedAction = z.infer<typeof RecordedAction>;
type Call = Extract<RecordedAction, { call: unknown }>['call'];

export const RECORDED_ACTIONS = '.local/e2e/recorded-actions.jsonl';

export const readActions = (lines: string): RecordedAction[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => RecordedAction.parse(JSON.parse(line)));

const READS = /^(?:Describe|Get|List|BatchGet|Head)/;

/** Services without names of operations read with GET and HEAD. */
const isChange = ({ operation, method }: Call): boolean =>
  operation === '' ? method !== 'GET' && method !== 'HEAD' : !READS.test(operation);

/** The name of the session of a remediation: `adapters/remediation/resources/action-session.ts`. */
const sessionOf = (remediationId: string): string =>
  remediationId.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);

interface Begun {
  readonly actions: number;
  readonly undos: number;
}

const NOTHING: Begun = { actions: 0, undos: 0 };

const withDecision = ({ actions, undos }: Begun, kind: string): Begun => ({
  actions: actions + (kind === 'action-begun' ? 1 : 0),
  undos: undos + (kind === 'undo-begun' ? 1 : 0),
});

/** Sessions of undos end in it: `core/remediation/runs/undo.ts`. */
const UNDO = /-undo$/;

/** An effect has one decision: a repeated attempt adds none, and an undo follows the one action that it takes back. */
const faultOf = (
  { service, operation, method, path, session }: Call,
  { actions, undos }: Begun,
): readonly string[] => {
  if (actions === 1 && (UNDO.test(session) ? undos === 1 : undos === 0)) return [];
  const call = `${service} ${operation === '' ? `${method} ${path}` : operation} of ${session}`;
  return [`${call}: ${actions} decisions to act and ${undos} to undo before it`];
};

export interface DecidedChanges {
  /** Changes that were examined. */
  readonly changes: number;
  readonly faults: readonly string[];
}

/** Changes with roles that functions assume, and those of them that were not decided exactly once before. */
export const decidedChanges = (recorded: readonly RecordedAction[]): DecidedChanges => {
  const begun = new Map<string, Begun>();
  const faults: string[] = [];
  let changes = 0;
  for (const line of recorded) {
    if ('decision' in line) {
      const session = sessionOf(line.decision.remediation ?? '');
      begun.set(session, withDecision(begun.get(session) ?? NOTHING, line.decision.kind));
    } else if (isChange(line.call)) {
      changes++;
      faults.push(...faultOf(line.call, begun.get(line.call.session.replace(UNDO, '')) ?? NOTHING));
    }
  }
  return { changes, faults };
};
