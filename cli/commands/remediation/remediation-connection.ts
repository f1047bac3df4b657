import { RemediationClient } from '../../api-client/remediation-client.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, httpOptions } from '../shared/connection-options.ts';

/** A client of the chosen deployment for remediations. */
export const connectRemediation = (options: ConnectionOptions, terminal: Terminal): RemediationClient =>
  new RemediationClient(httpOptions(options, terminal));
