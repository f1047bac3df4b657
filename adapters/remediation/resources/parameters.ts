import type * as z from 'zod';
import type { ResourceCall } from '../../../core/remediation/ports.ts';

/** The parameters of a call with the defaults of its action, as far as an executor needs them. */
export const parametersOf = <Parameters>(
  { action, parameters }: ResourceCall,
  schema: z.ZodType<Parameters>,
): Parameters => schema.parse(action.parameters.parse(parameters));
