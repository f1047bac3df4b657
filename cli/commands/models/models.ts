import { Command, Option } from 'commander';
import { PROFILES } from '../../../core/metrics/targets/target.ts';
import type { PerformanceQuery } from '../../api-client/requests.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { performanceText } from './performance-text.ts';

interface PerformanceOptions extends ConnectionOptions, PerformanceQuery {
  readonly json?: true;
}

const performance = async (model: string, options: PerformanceOptions, terminal: Terminal): Promise<void> => {
  const { from, to, metric, profile } = options;
  const versions = await connect(options, terminal).performance(model, { from, to, metric, profile });
  const lines = options.json
    ? versions.map((version) => jsonText(version))
    : versions.flatMap((version, i) => [...(i === 0 ? [] : ['']), ...performanceText(version, terminal)]);
  await new LineWriter(terminal.stdout).lines(lines);
};

const performanceCommand = (terminal: Terminal): Command =>
  withConnection(new Command('performance'))
    .description('print how published forecasts did: errors, coverage and warnings')
    .argument('[model]', 'a version, such as ensemble-1.1.0, or a kind of model', 'ensemble')
    .option('--from <time>', 'only forecasts issued from this day on; default: 28 days ago')
    .option('--to <time>', 'only forecasts issued until this day')
    .option('--metric <name>', 'only this metric, without attributes')
    .addOption(new Option('--profile <name>', 'only targets with this profile').choices(PROFILES))
    .option('--json', 'print one JSON object per line and version')
    .action((model: string, options: PerformanceOptions) => performance(model, options, terminal));

/** `forestall models performance [MODEL]`: the models that forecast. */
export const modelsCommand = (terminal: Terminal): Command =>
  new Command('models').description('show how models do').addCommand(performanceCommand(terminal));
