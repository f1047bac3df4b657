import { makeDocumentClient } from '../../adapters/aws/clients.ts';
import { telemetry } from './observe.ts';

const client = makeDocumentClient();

/** A table with everything that a store of it needs. All tables share one client. */
export const table = (tableName: string) => ({ client, tableName, now: Date.now, telemetry });
