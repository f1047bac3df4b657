import * as z from 'zod';
import type { Json } from '../shared/canonical-json.ts';

const Reference = z.looseObject({ diagnosis: z.looseObject({ inputsHash: z.string() }) });

/** The hash of the inputs of the diagnosis that the inputs of a decision name. */
export const diagnosisHash = (inputs: Json | undefined): string | undefined =>
  Reference.safeParse(inputs).data?.diagnosis.inputsHash;
