import { DrillReport } from '../../core/platform/secrets/drill.ts';
import type { StoredFormat } from '../../core/shared/stored-format.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { getStored, putStored } from '../aws/s3/stored-json.ts';

const FORMAT: StoredFormat<DrillReport> = { kind: 'drill report', version: 1, schema: DrillReport };

const keyOf = (drillId: string): string => `secret-drills/${drillId}.json`;

/** Reports of drills, one object each. */
export const s3DrillReports = (bucket: Bucket) => ({
  write: (report: DrillReport): Promise<void> => putStored(bucket, keyOf(report.drillId), FORMAT, report),
  read: (drillId: string): Promise<DrillReport> => getStored(bucket, keyOf(drillId), FORMAT),
});
