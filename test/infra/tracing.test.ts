import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { priceLines, totalOf } from '../../core/platform/billing/cost-lines.ts';
import { formatReport, reportCost } from '../../cost/report.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { forcedTracingPerHour, tracingUsage } from '../../cost/tracing-cost.ts';
import { Workload } from '../../cost/workload.ts';
import { routesOfStage } from '../../lib/api/gateway-routes.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { ObservedFunction } from '../../lib/platform/observed-function.ts';
import { resourcesOfType, stageOf } from './synthesised-stage.ts';

const off = stageOf('prod');
const on = stageOf('prod', { tracing: true });

/** Functions that only operators, Secrets Manager or a check of the platform start: nothing of a tenant passes through them. */
const APART = [
  ...['anchor-decisions', 'check-secrets', 'detect-abuse', 'heal-platform', 'issue-api-key', 'rotate-secret'],
];

const functionsOf = (stage: typeof on) => resourcesOfType(stage, 'AWS::Lambda::Function');
const nameOf = (fn: ReturnType<typeof functionsOf>[number]): string =>
  fn.Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME;
const actionsOf = (stage: typeof on): string => JSON.stringify(resourcesOfType(stage, 'AWS::IAM::Policy'));

describe('a stage without tracing', () => {
  it('records nothing, may record nothing and loads nothing', () => {
    for (const { Properties } of functionsOf(off)) {
      expect(Properties.TracingConfig).toBeUndefined();
      expect(Properties.Environment.Variables.TRACING).toBeUndefined();
    }
    for (const { Properties } of resourcesOfType(off, 'AWS::StepFunctions::StateMachine'))
      expect(Properties.TracingConfiguration).toEqual({ Enabled: false });
    expect(actionsOf(off)).not.toContain('xray:');
  });

  it('pays nothing for it', () => {
    const facts = factsOf(Object.values(off.templates));
    const { idle, fleet } = reportCost(Workload.parse({}), facts);
    expect([...idle, ...fleet].filter(({ price }) => price === 'traceRecorded')).toEqual([]);
  });
});

describe('a stage with tracing', () => {
  it('traces every function on the way of requests, messages and runs, and every workflow', () => {
    const traced = functionsOf(on).filter(
      ({ Properties }) =>
        Properties.TracingConfig?.Mode === 'Active' && Properties.Environment.Variables.TRACING === 'x-ray',
    );
    const untraced = functionsOf(on).filter((fn) => !traced.includes(fn));
    expect(untraced.map(nameOf).sort()).toEqual(APART);
    for (const { Properties } of resourcesOfType(on, 'AWS::StepFunctions::StateMachine'))
      expect(Properties.TracingConfiguration).toEqual({ Enabled: true });
  });

  it('may record traces, and otherwise do no more than without', () => {
    const granted = (stage: typeof on): Set<string> =>
      new Set(
        resourcesOfType(stage, 'AWS::IAM::Policy').flatMap(({ Properties }) =>
          Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action),
        ),
      );
    const before = granted(off);
    expect(new Set([...granted(on)].filter((action) => !before.has(action)))).toEqual(
      new Set([
        ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        ...['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      ]),
    );
  });

  it('is priced as if every recorded invocation were a trace', () => {
    const facts = factsOf(Object.values(on.templates));
    const line = (units: number) => ({
      ...{ component: 'Any', what: 'invocations', price: 'lambdaRequest' as const, units },
    });
    const tracesOf = (units: number) => tracingUsage([line(units)], facts)[0]?.units;
    expect(tracesOf(1000)).toBe(1000);
    // One a second for 730 hours, and one in twenty of the other ten million.
    expect(tracesOf(12_628_000)).toBe(2_628_000 + 500_000);
    expect(totalOf(priceLines(tracingUsage([line(1_000_000)], facts))).list).toBe(5);
  });

  it('shows its price in the report', () => {
    const facts = factsOf(Object.values(on.templates));
    expect(formatReport(reportCost(Workload.parse({}), facts), 'prod')).toContain('Tracing, at most');
  });
});

describe('the traces that senders ask for', () => {
  it('are bounded by the throttles of the routes, and by the quota of API Gateway', () => {
    const route = { method: 'GET', path: '/', servedBy: 'query-api' } as const;
    // 15 requests a second are 54,000 an hour.
    expect(
      forcedTracingPerHour(10, [
        { ...route, share: 1 },
        { ...route, share: 0.5 },
      ]),
    ).toBeCloseTo(0.27, 9);
    expect(forcedTracingPerHour(1_000_000, [{ ...route, share: 1 }])).toBe(180);
  });

  it('cost at most what docs/tracing.md says', () => {
    const doc = readFileSync('docs/tracing.md', 'utf8');
    const at = (stage: 'dev' | 'prod') => {
      const config = selectStage(stage);
      return forcedTracingPerHour(config.throttle.ratePerSecond, routesOfStage(config)).toFixed(2);
    };
    expect(doc).toContain(`$${at('dev')} an hour in stage \`dev\` and $${at('prod')} in stage \`prod\``);
  });
});

describe('the setting', () => {
  it('can be replaced on the command line', () => {
    expect(selectStage('dev').tracing).toBe(false);
    expect(selectStage('dev', 'true').tracing).toBe(true);
    expect(selectStage('dev', 'false').tracing).toBe(false);
    expect(() => selectStage('dev', 'yes')).toThrow('-c tracing=yes: expected true or false.');
  });
});

describe('the bundle that records traces', () => {
  /** Files that are deployed with a function. */
  const deployed = (tracing: boolean, traced: boolean): readonly string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'forestall-tracing-'));
    try {
      const bundle = join(folder, 'bundle');
      mkdirSync(bundle);
      for (const file of ['index.mjs', 'tracing.mjs', 'tracing.mjs.map'])
        writeFileSync(join(bundle, file), file);
      const app = new App({
        outdir: join(folder, 'out'),
        context: { 'forestall:bundle': bundle, 'aws:cdk:bundling-stacks': [] },
      });
      const stack = new Stack(app, 'Stack');
      new ObservedFunction(stack, 'Function', {
        ...{ entry: 'any', description: 'Test', memoryMb: 256, timeout: Duration.seconds(10), traced },
        config: { ...selectStage('dev'), tracing },
        notify: new Topic(stack, 'Topic'),
        failure: { impact: 'None.', runbook: 'None' },
      });
      const { directory } = app.synth();
      const asset = readdirSync(directory).find((name) => /^asset\.\w+$/.test(name)) ?? '';
      return readdirSync(join(directory, asset)).sort();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('is deployed only with functions that are traced', () => {
    expect(deployed(true, true)).toEqual(['index.mjs', 'tracing.mjs', 'tracing.mjs.map']);
    expect(deployed(false, true)).toEqual(['index.mjs']);
    expect(deployed(true, false)).toEqual(['index.mjs']);
  });
});
