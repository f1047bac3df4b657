import { Command } from 'commander';
import { anomaliesCommand } from './commands/anomalies/anomalies.ts';
import { detectCommand } from './commands/anomalies/detect.ts';
import { planCommand } from './commands/api/plan.ts';
import { statusCommand } from './commands/api/status.ts';
import { benchCommand } from './commands/bench/bench.ts';
import { assessCommand } from './commands/changes/assess.ts';
import { changesCommand } from './commands/changes/changes.ts';
import { breachesCommand } from './commands/forecasts/breaches.ts';
import { forecastCommand } from './commands/forecasts/forecast.ts';
import { runsCommand } from './commands/forecasts/runs.ts';
import { trendsCommand } from './commands/forecasts/trends.ts';
import { diagnoseCommand } from './commands/incidents/diagnose.ts';
import { incidentsCommand } from './commands/incidents/incidents.ts';
import { topologyCommand } from './commands/incidents/topology.ts';
import { ingestCommand } from './commands/metrics/ingest.ts';
import { targetsCommand } from './commands/metrics/targets.ts';
import { modelsCommand } from './commands/models/models.ts';
import { breakersCommand } from './commands/platform/breakers.ts';
import { doctorCommand } from './commands/platform/doctor.ts';
import { keysCommand } from './commands/platform/keys.ts';
import { restoreCommand } from './commands/platform/restore.ts';
import { settingsCommand } from './commands/platform/settings.ts';
import { signInCommand } from './commands/platform/sign-in.ts';
import { actionsCommand } from './commands/remediation/actions.ts';
import { auditCommand } from './commands/remediation/audit.ts';
import { autonomyCommand } from './commands/remediation/autonomy.ts';
import { decisionsCommand } from './commands/remediation/decisions.ts';
import { killSwitchCommand } from './commands/remediation/kill-switch.ts';
import { policyCommand } from './commands/remediation/policy.ts';
import { recommendationsCommand } from './commands/remediation/recommendations.ts';
import { remediationsCommand } from './commands/remediation/remediations.ts';
import { simulateCommand } from './commands/simulator/simulate.ts';
import type { Terminal } from './terminal/terminal.ts';
import { VERSION } from './version.ts';

/** The command line. Each command has its own file. */
export const buildProgram = (terminal: Terminal): Command =>
  new Command('forestall')
    .description('Warns hours before a metric breaches. Works on files, or with the API of a deployment.')
    .version(VERSION)
    .addCommand(forecastCommand(terminal))
    .addCommand(detectCommand(terminal))
    .addCommand(diagnoseCommand(terminal))
    .addCommand(trendsCommand(terminal))
    .addCommand(assessCommand(terminal))
    .addCommand(simulateCommand(terminal))
    .addCommand(planCommand(terminal))
    .addCommand(ingestCommand(terminal))
    .addCommand(targetsCommand(terminal))
    .addCommand(statusCommand(terminal))
    .addCommand(runsCommand(terminal))
    .addCommand(breachesCommand(terminal))
    .addCommand(modelsCommand(terminal))
    .addCommand(anomaliesCommand(terminal))
    .addCommand(incidentsCommand(terminal))
    .addCommand(changesCommand(terminal))
    .addCommand(remediationsCommand(terminal))
    .addCommand(recommendationsCommand(terminal))
    .addCommand(policyCommand(terminal))
    .addCommand(killSwitchCommand(terminal))
    .addCommand(autonomyCommand(terminal))
    .addCommand(actionsCommand(terminal))
    .addCommand(topologyCommand(terminal))
    .addCommand(decisionsCommand(terminal))
    .addCommand(auditCommand(terminal))
    .addCommand(settingsCommand(terminal))
    .addCommand(keysCommand(terminal))
    .addCommand(breakersCommand(terminal))
    .addCommand(signInCommand(terminal))
    .addCommand(doctorCommand(terminal))
    .addCommand(restoreCommand(terminal))
    .addCommand(benchCommand(terminal));
