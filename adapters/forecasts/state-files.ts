import { statesFileKey } from '../../core/forecasts/object-keys.ts';
import type { StateFiles } from '../../core/forecasts/ports.ts';
import { readKept, replaceKept } from '../aws/s3/kept-bytes.ts';
import type { RunFilesOptions } from './run-files.ts';

/** What runs learned, one object for each batch in the forecast bucket: a put costs the same whatever its size. */
export const s3StateFiles = (options: RunFilesOptions): StateFiles => ({
  read: (tenantId, index) => readKept(options, statesFileKey(tenantId, index)),
  replace: (tenantId, index, bytes, expected) =>
    replaceKept(options, statesFileKey(tenantId, index), bytes, expected),
});
