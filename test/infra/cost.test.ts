import { describe, expect, it } from 'vitest';
import { priceLines, totalOf, type UsageLine } from '../../core/platform/billing/cost-lines.ts';
import { costOf } from '../../core/platform/billing/prices.ts';
import { coldStartsOf, initialising } from '../../cost/cold-starts-cost.ts';
import { fleetUsage } from '../../cost/fleet-cost.ts';
import { idlePolls, idleUsage } from '../../cost/idle-cost.ts';
import { type ItemSizes, measureItems } from '../../cost/item-sizes.ts';
import { queueLoad } from '../../cost/queue-batches.ts';
import { formatReport, parseWorkload, reportCost } from '../../cost/report.ts';
import { factsOf, type TemplateFacts } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { stageOf } from './synthesised-stage.ts';

const unitsOf = (lines: readonly UsageLine[], what: string): number => {
  const found = lines.filter((line) => line.what === what);
  expect(found).toHaveLength(1);
  return found[0]?.units ?? Number.NaN;
};

const facts: TemplateFacts = {
  monthly: new Map([['alarmMonth', 8]]),
  memoryGb: new Map([
    ['receive-metrics', 1],
    ['store-metrics', 1],
    ['forecast-batch', 2],
    ['detect-anomalies', 1],
    ['compare-peers', 1],
    ['plan-peer-comparison', 0.25],
    ['check-silence', 0.25],
    ['start-silence-checks', 0.25],
    ['check-secrets', 0.25],
    ['detect-abuse', 0.25],
    ['group-signals', 0.5],
    ['diagnose-incident', 1],
    ['check-deployment', 1],
    ['close-deployment-watch', 0.25],
    ['start-remediations', 0.25],
    ['execute-action', 1],
  ]),
  outcomeMetrics: new Set(['SecretsSound', 'DataRefused', 'DataQuarantined']),
  queues: 1,
  signalBatchSize: 100,
  ingestBatching: { batchSize: 20, windowSeconds: 3 },
  retentionDays: new Map([
    ['raw/', 35],
    ['forecasts/', 365],
  ]),
  logRetentionDays: 30,
  hotRetentionDays: 35,
  pointsPerMinute: 600_000,
  areBlocksRecoverable: true,
  keyUses: { stores: 0, queuesPerHour: 0 },
  firewallRules: undefined,
  isTraced: false,
  dispatchStates: 4,
};

describe('the idle cost', () => {
  it('counts the polls of an empty queue: five in parallel, each for 20 seconds', () => {
    // 5 x 3 a minute x 60 x 730
    expect(idlePolls(1)).toBe(657_000);
    expect(idlePolls(0)).toBe(0);
  });

  it('matches a manual calculation', () => {
    const lines = idleUsage(facts, Workload.parse({}));
    expect(unitsOf(lines, 'starts')).toBe(730);
    expect(unitsOf(lines, 'state transitions')).toBe(2920);
    // alarms 0.80 + polls 0.2628 + scheduler 0.00073 + transitions 0.073 + invocations 0.000146
    // + logs 730 x (4 x 6,000 + 900) bytes = 0.0169 GB x 0.50 = 0.00846; + peers 0.0162 + silence 0.0162
    // + a metric with data in 61 of 730 hours 0.025 + its check 0.0003
    // + abuse: 730 starts 0.0009, 730 x 2 s x 0.25 GB 0.0049, logs 0.0003
    expect(totalOf(priceLines(lines)).list).toBeCloseTo(1.2087, 3);
    // Reads have no free tier: half a unit for each of 2 x 8,760 queries for tenants.
    expect(totalOf(priceLines(lines)).free).toBeCloseTo(0.001095, 9);
  });

  it('halves its schedule if the cadence doubles', () => {
    const lines = idleUsage(facts, Workload.parse({ cadenceMinutes: 120 }));
    expect(unitsOf(lines, 'starts')).toBe(365);
  });
});

const sizes: ItemSizes = {
  blockBytes: [1000, 1000, 1500, 1500],
  forecastBytes: 5000,
  archiveBytes: 1024 ** 2,
  payloadBytes: 1024,
  targetBytes: 800,
  detectorBytes: 40_000,
};

describe('a fleet', () => {
  const work = Workload.parse({ hosts: 1000, metrics: 10, pushMinutes: 5, forecastMsPerSeries: 100 });
  const lines = fleetUsage(work, facts, sizes);

  it('pushes 12 times an hour from each host', () => {
    expect(unitsOf(lines, 'HTTP requests')).toBe(8_760_000);
    expect(unitsOf(lines, 'raw objects put')).toBe(8_760_000);
    // 2,000 points a minute: leases of 600, 600 and 1,200. The key is looked up once a minute.
    expect(unitsOf(lines, 'quota leases')).toBe(3 * 43_800);
    expect(unitsOf(lines, 'key look-ups')).toBe(43_800);
  });

  it('stores in batches as small as five pollers gather within their window', () => {
    // 8,760,000 / 2,628,000 s / 5 = 0.667 messages a second for each poller: 1 + 0.667 x 3 s
    const invocations = lines.find(({ component, what }) => component === 'Store' && what === 'invocations');
    expect(invocations?.units).toBeCloseTo(8_760_000 / 3, 3);
    expect(unitsOf(lines, 'queue requests')).toBeCloseTo((2 + 1 / 3) * 8_760_000, 3);
    expect(queueLoad(1e9, facts.ingestBatching).batches).toBeCloseTo(1e9 / 20, 3);
    expect(queueLoad(10, facts.ingestBatching).batches).toBeCloseTo(10, 3);
  });

  it('writes each block as often as it grows: half of the pushes find it beyond 1 KB', () => {
    expect(unitsOf(lines, 'block writes')).toBe(8_760_000 * 1.5);
    expect(unitsOf(lines, 'target writes')).toBe(2 * 730 * 1000);
    expect(unitsOf(lines, 'target reads')).toBe(730 * 1000);
  });

  it('keeps 35 days of blocks', () => {
    // 1,000 hosts x 35 x 24 x 1,500 bytes
    expect(unitsOf(lines, 'GB of blocks')).toBeCloseTo(1.1735, 3);
    expect(unitsOf(lines, 'GB of recoverable blocks')).toBeCloseTo(1.1735, 3);
    expect(costOf('dynamoPitrGbMonth', 1.1735)).toBeCloseTo(0.2347, 4);
    const unrecoverable = fleetUsage(work, { ...facts, areBlocksRecoverable: false }, sizes);
    expect(unitsOf(unrecoverable, 'GB of recoverable blocks')).toBe(0);
  });

  it('reads the detector state at each push and writes it once an hour', () => {
    expect(unitsOf(lines, 'detectors read')).toBe(8_760_000);
    expect(unitsOf(lines, 'detectors written')).toBe(730 * 1000);
    expect(costOf('s3Put', unitsOf(lines, 'detectors written'))).toBeCloseTo(3.65, 6);
  });

  it('detects anomalies once per window and shard with changes', () => {
    // 4 shards x 1,314,000 windows, of which 1 - exp(-5/3) see one of the 0.83 changes a second
    expect(unitsOf(lines, 'detection invocations')).toBeCloseTo(4 * 1_314_000 * (1 - Math.exp(-5 / 3)), 0);
  });

  it('spends 730 runs x (10,000 series x 0.1 s + 1,000 hosts x 0.05 s) x 2 GB on forecasts', () => {
    const seconds = lines.find(({ component, what }) => component === 'Forecast' && what === 'GB-seconds');
    expect(seconds?.units).toBeCloseTo(1_533_000, 6);
    expect(costOf('lambdaArmGbSecond', seconds?.units ?? 0)).toBeCloseTo(20.4401, 3);
  });

  it('reads 14 days of blocks of each host in each run', () => {
    // 336 x 1,500 bytes = 504,000 = 124 started 4 KB, halved
    expect(unitsOf(lines, 'history reads')).toBe(730 * 1000 * 62);
    expect(unitsOf(lines, 'forecast writes')).toBe(730 * 1000 * 5);
  });

  it('checks a deployment four times, and costs nothing without one', () => {
    expect(unitsOf(lines, 'workflow transitions')).toBe(200 * 15);
    expect(unitsOf(lines, 'checks and verdicts')).toBe(1000);
    // 168 x 1,500 bytes = 62 started 4 KB, halved; 14 targets; 5,000 bytes of forecasts: 1; 60 more
    expect(unitsOf(lines, 'weeks read')).toBe(800 * (14 * 31 + 9 + 60));
    const quiet = fleetUsage({ ...work, deployments: 0 }, facts, sizes);
    const own = quiet.filter(({ component }) => component === 'Deployments');
    expect(own.length).toBeGreaterThan(0);
    expect(totalOf(priceLines(own)).list).toBe(0);
    const watched = lines.filter(({ component }) => component === 'Deployments');
    expect(totalOf(priceLines(watched)).list / 200).toBeLessThan(0.001);
  });

  it('counts the outcomes that alarms read, but those of an idle deployment', () => {
    expect(unitsOf(lines, 'custom metrics')).toBe(2);
  });

  it('keeps a year of archives', () => {
    // 730 x 1,000 MB = 712.9 GB a month, twelve months
    expect(unitsOf(lines, 'GB of archived forecasts')).toBeCloseTo(8554.7, 1);
  });

  it('groups each anomaly twice, and the breaches of each run in batches of a hundred', () => {
    // 10,000 anomalies begin and end; 730 runs bring 200 breaches each
    expect(unitsOf(lines, 'grouping invocations')).toBe(20_000 + 730 * 2);
    expect(unitsOf(lines, 'signals queued')).toBe(20_000 + 730 * 200 + 2 * 21_460);
    expect(unitsOf(lines, 'GB-seconds of grouping')).toBeCloseTo(21_460 * 0.2 * 0.5, 6);
    // a list of 1 KB and an incident of 2 KB in a transaction, and the incident once more when its events are published
    expect(unitsOf(lines, 'incident writes')).toBe(21_460 * (2 * 3 + 2));
    expect(unitsOf(lines, 'GB-seconds of diagnosis')).toBeCloseTo(21_460 * 0.5, 6);
  });

  it('sends fewer requests behind a collector, and stores the same', () => {
    const collected = fleetUsage({ ...work, hostsPerRequest: 50 }, facts, sizes);
    expect(unitsOf(collected, 'HTTP requests')).toBe(175_200);
    expect(unitsOf(collected, 'block writes')).toBe(unitsOf(lines, 'block writes'));
    expect(totalOf(priceLines(collected)).list).toBeLessThan(totalOf(priceLines(lines)).list);
  });

  it('costs ten times as much to store with ten times the hosts', () => {
    const large = fleetUsage({ ...work, hosts: 10_000 }, facts, sizes);
    expect(unitsOf(large, 'block writes')).toBe(10 * unitsOf(lines, 'block writes'));
  });
});

describe('cold starts', () => {
  it('are 1 % of the invocations of a busy function, and all of those of an hourly one', () => {
    expect(coldStartsOf(8_760_000)).toBe(87_600);
    expect(coldStartsOf(8760), 'one container, replaced every two hours').toBe(365);
    expect(coldStartsOf(730)).toBe(730);
  });

  it('are billed with the memory of their function', () => {
    const work = Workload.parse({ initMs: 400 });
    const of = (component: string) =>
      initialising([{ component, what: 'invocations', price: 'lambdaRequest', units: 730 }], work, facts);
    expect(of('Forecast')[0]?.units).toBeCloseTo(730 * 0.4 * 2, 6);
    expect(of('Receive')[0]?.units).toBeCloseTo(730 * 0.4 * 1, 6);
  });
});

describe('item sizes', () => {
  const measured = measureItems(10, 5);

  it('grow with each push and stay near a KB for ten metrics', () => {
    expect(measured.blockBytes).toHaveLength(12);
    expect([...measured.blockBytes].sort((a, b) => a - b)).toEqual(measured.blockBytes);
    expect(measured.blockBytes.at(-1)).toBeGreaterThan(12 * 10 * 8);
    expect(measured.blockBytes.at(-1)).toBeLessThan(4096);
  });

  it('follow the number of metrics', () => {
    expect(measureItems(20, 5).forecastBytes).toBeGreaterThan(1.5 * measured.forecastBytes);
    expect(measureItems(10, 60).blockBytes).toHaveLength(1);
  });
});

describe('facts of a deployment', () => {
  const prod = factsOf(Object.values(stageOf('prod').templates));

  it('come from its templates', () => {
    expect(prod.monthly).toEqual(
      new Map([
        ['secretMonth', 3],
        ['alarmMonth', 19],
      ]),
    );
    expect(prod.memoryGb.get('forecast-batch')).toBeCloseTo(1.7275, 3);
    expect(prod.memoryGb.size).toBe(39);
    expect(prod).toMatchObject({
      queues: 4,
      ingestBatching: { batchSize: 10, windowSeconds: 2 },
      signalBatchSize: 100,
      hotRetentionDays: 35,
      pointsPerMinute: 600_000,
      areBlocksRecoverable: true,
      logRetentionDays: 30,
    });
    expect(prod.retentionDays.get('forecasts/')).toBe(400);
    expect(prod.dispatchStates).toBeGreaterThan(1);
  });

  it('give a complete report', () => {
    const report = reportCost(Workload.parse({}), prod);
    const text = formatReport(report, 'prod');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    for (const part of ['Idle cost of stage prod', 'Receive', 'Store', 'Forecast', 'Total', '--hosts 1000'])
      expect(text).toContain(part);
    expect(totalOf(report.idle).list).toBeLessThan(4.5);
  });

  it('price a dashboard if the stage has one', () => {
    const local = factsOf(Object.values(stageOf('local').templates));
    expect(local.monthly.get('dashboardMonth')).toBe(1);
  });
});

describe('options', () => {
  it('change the workload', () => {
    expect(parseWorkload({ hosts: '20', metrics: '5', json: true })).toMatchObject({
      hosts: 20,
      metrics: 5,
      pushMinutes: 5,
    });
  });

  it.each([{ hosts: '0' }, { hosts: 'many' }, { pushMinutes: '90' }, { nonsense: '1' }])(
    'reject %j',
    (values) => {
      expect(() => parseWorkload(values)).toThrow();
    },
  );
});
