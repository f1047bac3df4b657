/** Decodes one body in a process of its own and reports what that took. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from '../../../core/metrics/ingestion/decode.ts';
import { IngestRejection } from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { INGEST_FORMAT_NAMES } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { type ProcessCost, processCost, reportCost } from './process-cost.ts';
import { RECEIVED_AT } from './worst-bodies.ts';

/** The cost of decoding the gzip file `path`; its outcome is the code of the rejection, or how many points were accepted. */
export const decodeCost = (path: string, format: string, contentType: string): ProcessCost =>
  processCost(fileURLToPath(import.meta.url), [path, format, contentType]);

const outcomeOf = (path: string, format: string, contentType: string): string => {
  try {
    const { accepted } = decode(readFileSync(path), {
      ...{ tenantId: 'bench', gzip: true, contentType, query: {}, receivedAt: RECEIVED_AT * 1000 },
      format: INGEST_FORMAT_NAMES.find((name) => name === format) ?? 'json',
      ...{ retentionDays: 35, limits: INGEST_LIMITS },
    });
    return `${accepted} accepted`;
  } catch (error) {
    if (error instanceof IngestRejection) return error.code;
    return `threw ${String(error).slice(0, 100)}`;
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path = '', format = '', contentType = ''] = process.argv.slice(2);
  await reportCost(() => outcomeOf(path, format, contentType));
}
