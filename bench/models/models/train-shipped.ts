/**
 * Trains the artefact that ships with the product, from public corpora with a permissive licence:
 * `node bench/models/models/train-shipped.ts --data DIR`. The same corpora give the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { rowsToShip } from './shipped.ts';
import { trainTrees } from './train.ts';

const TARGET = join(import.meta.dirname, '../../../core/forecasts/shipped-fleet-trees.json');

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const data = values.data ?? process.env.FORESTALL_DATA;
if (data === undefined) throw new ConfigurationError('no data: pass --data DIR or set FORESTALL_DATA');
const { artefact, ...figures } = trainTrees(rowsToShip(data));
const base64 = Buffer.from(artefact).toString('base64');
writeFileSync(TARGET, `${JSON.stringify({ base64 }, null, 2)}\n`);
process.stdout.write(`${JSON.stringify({ ...figures, bytes: artefact.length })}\n`);
