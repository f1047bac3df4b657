import type { ApiClient } from '../cli/api-client/api-client.ts';
import { cleanLine } from '../cli/terminal/clean-text.ts';
import { outlookChart, outlookTable, type TargetOutlook } from './fleet-report.ts';
import { drawTerminal } from './terminal-picture.ts';

/** Rows of the table: the riskiest targets. */
const MAX_TARGETS = 10;
const LOOK = { columns: 100, colour: true, unicode: true } as const;

/** The report of `npm start` as SVG: the riskiest targets and a chart of the first one. */
export const outlookPicture = async (
  client: ApiClient,
  outlook: readonly TargetOutlook[],
): Promise<string> => {
  const shown = outlook.slice(0, MAX_TARGETS);
  const omitted = outlook.length - shown.length;
  const worst = shown[0]?.worst;
  const chart = worst === undefined ? [] : await outlookChart(client, worst, LOOK);
  const more = omitted > 0 ? [`… and ${omitted} more targets`] : [];
  return drawTerminal(
    [...outlookTable(shown, LOOK), ...more, '', ...chart].map(cleanLine),
    'Report of npm start: the targets of a fleet by predicted breach, and a chart of the riskiest one',
  );
};
