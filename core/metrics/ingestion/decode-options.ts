import type { IngestFormat } from '../ports.ts';
import type { IngestLimits } from './limits.ts';

/** All that decoding depends on besides the bytes, so that decoding the stored object again gives the same. */
export interface DecodeOptions {
  readonly tenantId: string;
  readonly format: IngestFormat;
  /** As sent, with parameters; empty where the request named none. */
  readonly contentType: string;
  readonly gzip: boolean;
  readonly query: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}
