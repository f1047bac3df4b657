/** `npm start`: starts the emulator, deploys, sends data, forecasts, prints the report, and runs until Ctrl-C. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processTerminal, type Terminal } from '../cli/terminal/terminal.ts';
import { printLines } from '../cli/terminal/writer.ts';
import { InvalidInputError } from '../core/shared/errors.ts';
import { chooseSource, confirmStored, readRecording, send, sendThisMachine } from './feed.ts';
import { outlookChart, outlookTable, readOutlook } from './fleet-report.ts';
import { forecastFleet } from './forecast-fleet.ts';
import { streamHostMetrics } from './live-host.ts';
import { outlookPicture } from './outlook-picture.ts';
import { type PeakMemory, watchPeakMemory } from './peak-memory.ts';
import { remediationStory } from './remediation-story.ts';
import type { FleetFiles } from './replay/read-fleet-csv.ts';
import { openSession, type Session } from './session.ts';
import { StageTimes } from './stage-times.ts';
import { readStartOptions, START_USAGE, type StartOptions } from './start-options.ts';

const projectRoot = join(import.meta.dirname, '..');

const megabytes = (bytes: number): string => (bytes > 0 ? `${Math.round(bytes / 1e6)} MB` : 'unknown');

const report = async (
  { client, url, apiKey }: Session,
  { picture }: StartOptions,
  stages: StageTimes,
  peak: PeakMemory,
  terminal: Terminal,
): Promise<void> => {
  const outlook = await readOutlook(client);
  const [worst] = outlook;
  const chart = worst?.worst === undefined ? [] : await outlookChart(client, worst.worst, terminal);
  if (picture !== undefined) {
    mkdirSync(dirname(picture), { recursive: true });
    writeFileSync(picture, await outlookPicture(client, outlook));
  }
  const times = stages.times.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  const lines = [
    '',
    ...outlookTable(outlook, terminal),
    '',
    ...chart,
    '',
    ...times,
    `  ${stages.totalSeconds.toFixed(1).padStart(6)} s  total`,
    `  peak memory: emulator and functions ${megabytes(peak.emulator)}, this program ${megabytes(peak.self)}`,
    '',
    `API: ${url}`,
    `  curl -H 'authorization: Bearer ${apiKey}' '${url}/v1/breaches?limit=5'`,
    '',
  ];
  printLines(terminal.stdout, lines.join('\n'));
};

const feedAndForecast = async (
  session: Session,
  options: StartOptions,
  recording: FleetFiles | undefined,
  stages: StageTimes,
): Promise<void> => {
  const source = chooseSource(options, recording, Math.floor(Date.now() / 1000));
  const sent = await send(session, source, stages);
  await confirmStored(session, sent, stages);
  if (options.data === undefined) await sendThisMachine(session, stages);
  await forecastFleet(session.client, stages);
};

const stayUp = async (session: Session, terminal: Terminal, signal: AbortSignal): Promise<void> => {
  terminal.stdout.write(
    'Running until Ctrl-C. In another terminal, in this folder, try: npx forestall breaches\n',
  );
  const say = (detail: string) => terminal.stderr.write(`${detail}\n`);
  const died = session.emulator.ended.then(() => {
    if (!signal.aborted)
      throw new Error(
        `The emulator ended unexpectedly. It kept all data in memory, live metrics included, so nothing is left to continue from: run npm start again, which begins with new data. The log of the emulator is ${session.emulator.logPath}`,
      );
  });
  await Promise.race([died, streamHostMetrics(session.client, signal, say)]);
};

/** Rejects on abort and never resolves, so that an interruption ends the current stage. */
const rejectedOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const run = async (options: StartOptions, terminal: Terminal, signal: AbortSignal): Promise<void> => {
  const recording = await readRecording(options);
  const stages = new StageTimes(terminal.stdout);
  const session = await openSession({ projectRoot, stages, signal, folder: options.state });
  const memory = watchPeakMemory(session.emulator.pid);
  const work = async (): Promise<void> => {
    if (options.remediate) return remediationStory({ session, stages, terminal });
    await feedAndForecast(session, options, recording, stages);
    await report(session, options, stages, memory.peak(), terminal);
    if (!options.once) await stayUp(session, terminal, signal);
  };
  try {
    await Promise.race([work(), rejectedOnAbort(signal)]);
  } finally {
    memory.stop();
    await session.close();
  }
};

const main = async (): Promise<number> => {
  const terminal = processTerminal();
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(130);
      terminal.stderr.write('\nStopping (press Ctrl-C again to stop immediately) ...\n');
      interruption.abort();
    });
  }
  try {
    const options = readStartOptions(process.argv.slice(2));
    if (options.help) terminal.stdout.write(START_USAGE);
    else await run(options, terminal, interruption.signal);
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) return 130;
    terminal.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InvalidInputError ? 2 : 1;
  }
};

process.exit(await main());
