import * as z from 'zod';
import { jsonText } from '../../adapters/aws/json-attributes.ts';
import { BreakerSettings, DEFAULT_BREAKERS } from '../../core/shared/resilience/breaker-rules.ts';
import { readEnv } from './read-env.ts';

/** The rules of circuit breakers; in the environment if the stage changes the defaults. */
export const breakerRules = readEnv({
  BREAKER_RULES: z.preprocess((text) => text ?? JSON.stringify(DEFAULT_BREAKERS), jsonText(BreakerSettings)),
}).BREAKER_RULES;
