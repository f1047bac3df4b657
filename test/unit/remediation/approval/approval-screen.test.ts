import { describe, expect, it } from 'vitest';
import { presentRemediationDetail } from '../../../../core/remediation/api/present-remediation.ts';
import { approvalScreen } from '../../../../core/remediation/approval/approval-screen.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import { samplePlan } from '../stored-samples.ts';
import { askedRun } from './asked-world.ts';

const CALLS = [
  {
    ...{ service: 'autoscaling', operation: 'SetDesiredCapacity' },
    input: { AutoScalingGroupName: 'web', DesiredCapacity: 6 },
  },
];
const screenOf = (over: Partial<RemediationPlan> = {}, calls = CALLS as readonly object[]) => {
  const plan = samplePlan(over);
  const run = askedRun({ plan, planHash: planHash(plan), calls: calls as typeof CALLS });
  return approvalScreen(presentRemediationDetail(run));
};
/** Texts may be broken between lines. */
const joined = (lines: readonly string[]) => lines.map((line) => line.slice(11)).join('');

describe('the screen of a question', () => {
  it('fits into 80 columns and 24 lines, for one who was woken at night', () => {
    const lines = screenOf();
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines).toMatchInlineSnapshot(`
      [
        "What       desired capacity 5 → 6: Scale out an Auto Scaling group",
        "Where      auto-scaling-group:web in shop",
        "Why        cpu of web-1 is predicted to breach its threshold, since",
        "           2026-11-21T09:55:00.000Z",
        "           cpu rises",
        "How sure   87 % that the problem exists or comes; 80 % that this ends it",
        "Touches    1 unit of auto-scaling-group:web, nothing else",
        "Undo       can be undone: the earlier state of auto-scaling-group:web is",
        "           recorded before the change and restored on request, or if the change",
        "           makes things worse",
        "No answer  nothing is changed; the problem is expected at",
        "           2026-11-21T11:05:00.000Z",
        "Risk       low, adds-capacity; harm at 2026-11-21 11:05 UTC; acts in 5 min,",
        "           shows after 10 more",
        "Cost       $0.04 an hour, $0 once: one t3.medium",
        "Answers    0 of 1 approvals, until 2026-11-21 10:35 UTC",
        "Parameters {"add":1,"max":10}",
        "From       {"desired":5}",
        "To         {"desired":6}",
        "Calls      autoscaling SetDesiredCapacity",
        "           {"AutoScalingGroupName":"web","DesiredCapacity":6}",
        "Plan       5289204cec5cba1e685b9ee81c34c8d7563d880d6eb014028401fa7f43bf32cd",
      ]
    `);
  });

  it('shows every parameter, both states and every call in full, however long they are', () => {
    const script = 'rm -rf /tmp/cache '.repeat(200);
    const from = { desired: 5, tags: Array.from({ length: 100 }, (_, i) => `tag-${i}`) };
    const change = { ...samplePlan().change, from, to: { ...from, desired: 6 } };
    const calls = Array.from({ length: 30 }, (_, i) => ({
      ...{ service: 'ssm', operation: 'SendCommand', input: { number: i, script } },
    }));
    const lines = screenOf({ parameters: { script, hidden: 'yes' }, change }, calls);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const text = joined(lines).replaceAll(' ', '');
    for (const value of [{ hidden: 'yes', script }, from, change.to, ...calls.map(({ input }) => input)])
      expect(text).toContain(JSON.stringify(value).replaceAll(' ', ''));
  });

  it('comes with what matters first', () => {
    const labels = screenOf()
      .map((line) => line.slice(0, 11).trim())
      .filter((label) => label !== '');
    expect(labels.slice(0, 10)).toEqual([
      ...['What', 'Where', 'Why', 'How sure', 'Touches', 'Undo', 'No answer', 'Risk', 'Cost', 'Answers'],
    ]);
  });

  it('shows control characters instead of obeying them', () => {
    const text = joined(screenOf({ parameters: { name: 'a\u001b[2Jb\u202ec' } }));
    for (const control of ['\u001b', '\u202e']) expect(text).not.toContain(control);
    expect(text).toContain('u001b');
  });

  it('shows why there is no plan', () => {
    const run = askedRun({ plan: null, planHash: null, status: 'nothing-to-do', explanation: 'it is over' });
    expect(approvalScreen(presentRemediationDetail(run)).join(' ')).toContain('nothing-to-do: it is over');
  });

  it('never shows the token of the workflow', () => {
    expect(JSON.stringify(presentRemediationDetail(askedRun()))).not.toContain('secret-token');
  });
});
