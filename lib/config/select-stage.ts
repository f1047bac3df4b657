import * as z from 'zod';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { dev } from './dev.ts';
import { local } from './local.ts';
import { prod } from './prod.ts';
import { STAGES, type Stage, StageConfig } from './stage-config.ts';

const STAGE_CONFIGS: Readonly<Record<Stage, StageConfig>> = { local, dev, prod };

const isStage = (name: unknown): name is Stage => STAGES.some((stage) => stage === name);

/**
 * Validates the settings of a stage.
 * @throws ConfigurationError that names every invalid setting
 */
export const validateConfig = (config: unknown): StageConfig => {
  const parsed = StageConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const stage = z.looseObject({ stage: z.string() }).safeParse(config).data?.stage ?? 'unnamed';
  throw new ConfigurationError(`Stage ${stage}: ${z.prettifyError(parsed.error)}`);
};

/** @throws ConfigurationError for other texts than `true` and `false` */
const tracingOf = (given: unknown): Pick<StageConfig, 'tracing'> | undefined => {
  if (given === undefined) return undefined;
  if (given === true || given === 'true') return { tracing: true };
  if (given === false || given === 'false') return { tracing: false };
  throw new ConfigurationError(`-c tracing=${String(given)}: expected true or false.`);
};

/**
 * The validated settings of the stage named by `-c stage=`. The default in `cdk.json` is `dev`, so that omitting the
 * option never synthesises production. `-c tracing=` replaces that setting: `true` or `false`.
 * @throws ConfigurationError that lists the stages if the name is missing or unknown
 */
export const selectStage = (name: unknown, tracing?: unknown): StageConfig => {
  if (isStage(name)) return validateConfig({ ...STAGE_CONFIGS[name], ...tracingOf(tracing) });
  const found = name === undefined ? 'none was given' : `found ${JSON.stringify(name)}`;
  throw new ConfigurationError(
    `Choose a stage with -c stage=<name>: expected one of ${STAGES.join(', ')}, ${found}.`,
  );
};
