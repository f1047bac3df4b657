import { parseArgs } from 'node:util';
import { PRICES } from '../core/platform/billing/prices.ts';
import { routesOfStage } from '../lib/api/gateway-routes.ts';
import { selectStage, validateConfig } from '../lib/config/select-stage.ts';
import { synthesise } from '../lib/synth/synthesise.ts';
import { formatReport, parseWorkload, reportCost } from './report.ts';
import { factsOf } from './template-facts.ts';
import { forcedTracingPerHour } from './tracing-cost.ts';
import { Workload } from './workload.ts';

const options = Object.fromEntries(
  Object.keys(Workload.shape).map((name) => [name, { type: 'string' as const }]),
);

const { values } = parseArgs({
  options: {
    ...options,
    stage: { type: 'string', default: 'prod' },
    encryption: { type: 'string' },
    tracing: { type: 'string' },
    waf: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const { stage, encryption, tracing, waf, json, ...rest } = values;
const chosen = selectStage(stage, tracing);
const config = validateConfig({
  ...chosen,
  encryption: encryption ?? chosen.encryption,
  ...(waf && { waf: { maxRequestsPerAddress: 10_000 } }),
});
const work = parseWorkload({ cadenceMinutes: String(config.forecastCadenceMinutes), ...rest });
const facts = factsOf(Object.values(synthesise(config).templates));
const report = reportCost(work, facts);
if (json) process.stdout.write(`${JSON.stringify({ prices: PRICES.asOf, stage, ...report })}\n`);
else {
  const { region, asOf } = PRICES;
  process.stdout.write(`US dollars per month of 730 hours in ${region}, prices of ${asOf}.\n`);
  process.stdout.write(`${formatReport(report, config.stage)}\n`);
  if (config.tracing) {
    const forced = forcedTracingPerHour(config.throttle.ratePerSecond, routesOfStage(config));
    process.stdout.write(
      `Not included: traces that senders ask for, at most $${forced.toFixed(2)} an hour at the throttles of the routes.\n`,
    );
  }
}
