import type * as z from 'zod';
import { secondsOf } from '../../platform/api/instants.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { ChangeBody } from '../api/changes.ts';
import { presentRecordedChange } from '../api/present-change.ts';
import { type RecordDeps, recordChange } from './record-change.ts';

interface ReportedRequest {
  readonly tenantId: string;
  readonly body: z.infer<typeof ChangeBody>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Records the change of a request and returns the body of the response; `reporter` is logged with it. */
export const recordReported = async (
  deps: RecordDeps & { readonly telemetry: Telemetry },
  { tenantId, body, receivedAt }: ReportedRequest,
  reporter: Readonly<Record<string, unknown>>,
) => {
  const change = { ...body, at: secondsOf(body.at) };
  const recorded = await recordChange(deps, tenantId, change, Math.floor(receivedAt / 1000));
  const { changeId, targetId, kind, health } = recorded;
  deps.telemetry.info('change recorded', { tenantId, targetId, changeId, kind, health, ...reporter });
  deps.telemetry.count('ChangeRecorded');
  return presentRecordedChange(recorded);
};
