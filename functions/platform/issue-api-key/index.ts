import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { dynamoApiKeyAdder } from '../../../adapters/platform/api-key-adder.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ API_KEYS_TABLE_NAME: z.string().min(1) });

export const handler = observe(
  makeHandler({
    keys: dynamoApiKeyAdder(table(env.API_KEYS_TABLE_NAME)),
    telemetry,
    random: randomBytes,
    now: Date.now,
  }),
);
