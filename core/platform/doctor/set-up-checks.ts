/** Checks of what a deployment needs from its account. */
import type { Verdict } from './check.ts';
import type { BootstrapFact, ConcurrencyFact, StackFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

/** Stacks that are there, and whose last deployment succeeded. */
const SOUND: ReadonlySet<string> = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

const stackAction = (status: string): string => {
  if (status.endsWith('IN_PROGRESS')) return 'wait until the deployment ends';
  return status === 'missing'
    ? 'deploy the stage'
    : 'read the events of the stack, then deploy the stage again';
};

/** All stacks are deployed, and no deployment failed. */
export const judgeStacks = (stacks: readonly StackFact[]): Verdict => ({
  summary: `${stacks.length} stacks`,
  findings: stacks
    .filter(({ status }) => !SOUND.has(status))
    .map(({ name, status }) => ({
      subject: name,
      problem: `its status is ${status}`,
      action: stackAction(status),
      runbook: SECTIONS.stacks,
    })),
});

/** The account is bootstrapped with the version that the templates require. */
export const judgeBootstrap = ({ version, minVersion }: BootstrapFact): Verdict => ({
  summary: `version ${version ?? 'none'}, at least ${minVersion} is required`,
  findings:
    version !== undefined && version >= minVersion
      ? []
      : [
          {
            subject: 'CDKToolkit',
            problem: `bootstrap version ${version ?? 'none'}, expected ${minVersion} or newer`,
            action: 'npx cdk bootstrap',
            runbook: SECTIONS.stacks,
          },
        ],
});

/** The functions that the stage may run at once fit the quota of the account. */
export const judgeConcurrency = ({ limit, demands }: ConcurrencyFact): Verdict => {
  const needed = demands.reduce((sum, { functions }) => sum + functions, 0);
  const largest = [...demands].sort((a, b) => b.functions - a.functions).slice(0, 3);
  const parts = largest.map(({ what, functions }) => `${what} ${functions}`).join(', ');
  return {
    summary: `up to ${needed} functions at once (${parts}); the account allows ${limit}`,
    findings:
      needed <= limit
        ? []
        : [
            {
              subject: 'Lambda concurrent executions',
              problem: `the account allows ${limit}, the stage runs up to ${needed} (${parts})`,
              action: `request a quota of at least ${needed}: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${Math.max(1000, needed)}`,
              runbook: SECTIONS.throttled,
            },
          ],
  };
};
