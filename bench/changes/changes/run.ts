import {
  assessRisk,
  fitRiskModel,
  PRIOR_RISK_MODEL,
  type RiskModel,
} from '../../../core/changes/risk/engine/risk-model.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { anyName, modify, newCode } from './edit.ts';
import { type MadeUpDeployment, madeUpDeployments, type Owner } from './made-up-deployments.ts';
import { areaUnderCurve, type Bin, binned, brier, calibrationError, type Scored } from './scores.ts';

/** Means over the repeats for one number of own deployments to learn from. */
interface Learnt {
  readonly examples: number;
  readonly auc: number;
  /** Without deployments that failed for a reason that no description shows. */
  readonly aucVisible: number;
  readonly brier: number;
  readonly calibrationError: number;
}

interface OwnerResult {
  readonly owner: string;
  readonly deployments: number;
  readonly unhealthy: number;
  readonly learnt: readonly Learnt[];
  readonly bins: { readonly scorecard: readonly Bin[]; readonly learnt: readonly Bin[] };
}

export interface ChangesBenchResult {
  readonly owners: readonly OwnerResult[];
}

/** Not one of the seeds that were used while the weights were chosen. */
const SEED = 20_261;
const FULL = { tested: 4000, examples: [0, 10, 50, 200, 1000], repeats: 10 };
const QUICK = { tested: 200, examples: [0, 50], repeats: 1 };
type Size = typeof FULL;

/** Differs from the scorecard: state machine changes fail, runtime upgrades never do, and twice as many deployments fail. */
const PECULIAR: Owner = {
  name: 'peculiar',
  harmful: 0.12,
  own: [
    {
      ...{ name: 'a change of the flow that its callers did not expect', share: 14, wasUnhealthy: true },
      edits: (draw) => [
        modify('ApiGatewayV2::Route', anyName(draw, 'Route'), { name: 'Target', before: 'a', after: 'b' }),
        newCode(draw),
      ],
    },
    {
      ...{ name: 'a runtime upgrade by people who test them', share: 20, wasUnhealthy: false },
      edits: (draw) => [
        modify('Lambda::Function', anyName(draw, 'Handler'), { name: 'Runtime', before: 'a', after: 'b' }),
      ],
    },
    {
      ...{ name: 'resources swapped by design with every release', share: 15, wasUnhealthy: false },
      edits: (draw) => [
        {
          ...modify('ElasticLoadBalancingV2::ListenerRule', anyName(draw, 'Rule'), {
            name: 'Actions',
            before: 'blue',
            after: 'green',
          }),
        },
        newCode(draw),
      ],
    },
  ],
};

const OWNERS: readonly Owner[] = [{ name: 'usual', harmful: 0.15 }, PECULIAR];

interface ScoredStory extends Scored {
  readonly isHidden: boolean;
}

const score = (model: RiskModel, deployments: readonly MadeUpDeployment[]): ScoredStory[] =>
  deployments.map(({ features, wasUnhealthy, isHidden }) => ({
    isHidden,
    risk: assessRisk(model, features).risk,
    wasUnhealthy,
  }));

const learn = (owner: Owner, examples: number, repeat: number): RiskModel =>
  fitRiskModel(madeUpDeployments(owner, examples, SEED + 1 + repeat));

const scoreLearnt = (
  owner: Owner,
  examples: number,
  tested: readonly MadeUpDeployment[],
  size: Size,
): Learnt => {
  const repeats = examples === 0 ? 1 : size.repeats;
  const runs = Array.from({ length: repeats }, (_, repeat) => score(learn(owner, examples, repeat), tested));
  return {
    examples,
    auc: mean(runs.map(areaUnderCurve)),
    aucVisible: mean(runs.map((run) => areaUnderCurve(run.filter(({ isHidden }) => !isHidden)))),
    brier: mean(runs.map(brier)),
    calibrationError: mean(runs.map(calibrationError)),
  };
};

const scoreOwner = (owner: Owner, size: Size): OwnerResult => {
  const tested = madeUpDeployments(owner, size.tested, SEED);
  return {
    owner: owner.name,
    deployments: tested.length,
    unhealthy: tested.filter(({ wasUnhealthy }) => wasUnhealthy).length,
    learnt: size.examples.map((examples) => scoreLearnt(owner, examples, tested, size)),
    bins: {
      scorecard: binned(score(PRIOR_RISK_MODEL, tested)),
      learnt: binned(score(learn(owner, 200, 0), tested)),
    },
  };
};

const binLine = ({ from, to, deployments, stated, unhealthy }: Bin): string =>
  `    ${from.toFixed(2)} to ${Math.min(1, to).toFixed(2)}  ${String(deployments).padStart(5)} deployments, stated ${stated.toFixed(2)}, unhealthy ${unhealthy.toFixed(2)}`;

const describe = ({ owner, deployments, unhealthy, learnt, bins }: OwnerResult): string[] => [
  '',
  `${owner} owner: ${deployments} deployments, ${unhealthy} of them unhealthy`,
  '  learned from    AUC   AUC of visible      Brier   calibration error',
  ...learnt.map(
    (each) =>
      `  ${String(each.examples).padStart(11)}   ${each.auc.toFixed(3)}   ${each.aucVisible.toFixed(3).padStart(17)}   ${each.brier.toFixed(3)}   ${each.calibrationError.toFixed(3)}`,
  ),
  '  scorecard only:',
  ...bins.scorecard.map(binLine),
  '  after 200 own deployments:',
  ...bins.learnt.map(binLine),
];

/** Measures whether risky changes rank above safe ones, before and after learning from an owner's deployments. */
export const runChangesBench = ({ quick, out }: Omit<BenchOptions, 'data'>): ChangesBenchResult => {
  const owners = OWNERS.map((owner) => scoreOwner(owner, quick ? QUICK : FULL));
  for (const line of owners.flatMap(describe)) out(line);
  return { owners };
};

if (import.meta.main) runChangesBench({ out: (line) => process.stdout.write(`${line}\n`) });
