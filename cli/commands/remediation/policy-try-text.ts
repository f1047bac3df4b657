import type { InFact } from '../../../core/remediation/simulation/recorded-runs.ts';
import type { Simulated, SimulatedRun } from '../../../core/remediation/simulation/simulate-policy.ts';
import { isoOfSeconds } from '../../../core/shared/time.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount, formatMinute } from '../../terminal/format.ts';
import { withoutControl } from '../../terminal/text-width.ts';

const IN_FACT: Readonly<Record<InFact['end'], string>> = {
  acted: 'acted',
  undone: 'acted, and undid it',
  rejected: 'people rejected',
  unanswered: 'people were asked',
  refused: 'refused',
  suggested: 'suggested',
  nothing: 'did nothing',
};

const inFactLine = ({ end, action, resource, verdict, refusedBy }: InFact): string => {
  const what = action === null || end === 'nothing' ? '' : `: ${action} on ${resource}`;
  const result = verdict === null ? '' : ` (${verdict})`;
  const rules = end === 'refused' && refusedBy.length > 0 ? ` (${refusedBy.join(', ')})` : '';
  return `  then: ${IN_FACT[end]}${what}${result}${rules}`;
};

const verbOf = ({ end, asked }: Simulated): string => {
  switch (end) {
    case 'act':
      return asked === 0 ? 'would act alone' : 'would act, as approved';
    case 'ask':
      return `would ask ${asked === 1 ? 'one person' : `${asked} people`}`;
    case 'suggest':
      return 'would suggest';
    case 'refused':
      return 'would refuse';
    case 'nothing':
      return 'would do nothing';
    case 'unknown':
      return 'cannot be said';
  }
};

const wouldLine = (simulated: Simulated): string => {
  const { end, plan, explanation } = simulated;
  const isNothing = plan === null || end === 'nothing' || end === 'unknown';
  const what = isNothing ? explanation : `${plan.action.id} on ${plan.resource} (${plan.change.summary})`;
  return `  now:  ${verbOf(simulated)}: ${what}`;
};

/** One remediation: what was done, and what would have been done. */
export const describeSimulated = ({ run, simulated, differs }: SimulatedRun): readonly string[] =>
  [
    `${formatMinute(simulated.at)} ${run.remediationId}${differs ? ': differs' : ''}`,
    inFactLine(run.inFact),
    wouldLine(simulated),
    ...(simulated.end === 'refused'
      ? simulated.refusals.flatMap(({ rule, reason, remedy }) => [
          `        ${rule}: ${reason}`,
          `          what would change it: ${remedy}`,
        ])
      : []),
    ...simulated.calls.map(
      ({ service, operation, input }) => `        ${service} ${operation} ${jsonText(input)}`,
    ),
  ].map(withoutControl);

const ENDS = {
  act: 'acts',
  ask: 'asks',
  suggest: 'suggests',
  refused: 'refuses',
  nothing: 'does nothing',
  unknown: 'cannot be said',
} as const;

/** One line over all remediations. */
export const describeTotal = (found: readonly SimulatedRun[]): readonly string[] => {
  if (found.length === 0) return ['the record has no remediations'];
  const counts = Map.groupBy(found, ({ simulated }) => simulated.end);
  const parts = Object.entries(ENDS).flatMap(([end, verb]) => {
    const count = [...counts].find(([key]) => key === end)?.[1].length ?? 0;
    return count === 0 ? [] : [`${verb} ${count}`];
  });
  const different = found.filter(({ differs }) => differs).length;
  return [
    `${formatCount(found.length, 'remediation')}: ${parts.join(', ')}; ${different} different from what was done`,
  ];
};

export const simulatedJson = ({ run, simulated, differs }: SimulatedRun): object => ({
  remediation: run.remediationId,
  at: isoOfSeconds(simulated.at),
  ...{ differs, inFact: run.inFact },
  simulated: {
    ...{ outcome: simulated.end, asked: simulated.asked, explanation: simulated.explanation },
    action: simulated.plan?.action.id ?? null,
    resource: simulated.plan?.resource ?? null,
    change: simulated.plan?.change.summary ?? null,
    ...{ refusals: simulated.refusals, calls: simulated.calls },
  },
});
