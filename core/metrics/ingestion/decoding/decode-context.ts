import type { IngestLimits } from './limits.ts';

/** Everything besides the bytes that decoding a body depends on. */
export interface DecodeContext {
  readonly tenantId: string;
  /** As sent, with parameters; empty if the request named none. */
  readonly contentType: string;
  readonly query: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
}
