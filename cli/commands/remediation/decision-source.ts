/** Where the commands on decisions read them: the API of a deployment, or an export. */

import type { Decision } from '../../../core/remediation/decision.ts';
import { diagnosisHash } from '../../../core/remediation/diagnosis-hash.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { ApiClient } from '../../api-client/api-client.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, connect } from '../shared/connection-options.ts';
import { readAuditFile } from './audit-file.ts';

export interface SourceOptions extends ConnectionOptions {
  readonly file?: string;
}

export interface FoundDecision {
  readonly decision: Decision;
  readonly inputs?: Json | undefined;
}

export interface WholeDecision extends FoundDecision {
  /** Of the diagnosis that the inputs name. */
  readonly ofDiagnosis: Json | undefined;
}

export interface DecisionQuery {
  /** Only decisions after this one; by default the last `limit`. */
  readonly after: number | undefined;
  readonly remediation: string | undefined;
  readonly limit: number;
}

export interface DecisionSource {
  list(query: DecisionQuery): AsyncIterable<Decision>;
  get(sequence: number): Promise<FoundDecision>;
  /** With the inputs of the diagnosis that it rests on. */
  getWhole(sequence: number): Promise<WholeDecision>;
}

async function* listFromApi(client: ApiClient, query: DecisionQuery): AsyncGenerator<Decision, void> {
  const { remediation, limit } = query;
  const start = async () =>
    remediation === undefined ? Math.max(0, (await client.decisionsEnd()).sequence - limit) : undefined;
  yield* client.decisions({ remediation, after: query.after ?? (await start()), most: limit });
}

const apiSource = (client: ApiClient): DecisionSource => ({
  list: (query) => listFromApi(client, query),
  get: (sequence) => client.decision(sequence),
  getWhole: async (sequence) => {
    const found = await client.decision(sequence);
    // An older deployment knows neither such inputs nor how to be asked for them.
    if (diagnosisHash(found.inputs) === undefined) return { ...found, ofDiagnosis: undefined };
    const { diagnosisInputs } = await client.decision(sequence, { diagnosis: 'true' });
    return { ...found, ofDiagnosis: diagnosisInputs };
  },
});

const fileSource = (path: string, terminal: Terminal): DecisionSource => {
  const reading = () => readAuditFile(path, terminal.stdin);
  const find = async (sequence: number) => {
    const { decisions, inputs, tenantId } = await reading();
    const decision = decisions.find((each) => each.sequence === sequence);
    if (decision === undefined)
      throw new InvalidInputError(`${path}: found no decision ${sequence} of ${tenantId}`);
    return { found: { decision, inputs: inputs.get(decision.inputsHash ?? '') }, inputs };
  };
  return {
    async *list({ after, remediation, limit }) {
      const { decisions } = await reading();
      const wanted = decisions.filter(
        (each) =>
          each.sequence > (after ?? 0) && (remediation === undefined || each.remediationId === remediation),
      );
      yield* after === undefined && remediation === undefined ? wanted.slice(-limit) : wanted.slice(0, limit);
    },
    get: async (sequence) => (await find(sequence)).found,
    getWhole: async (sequence) => {
      const { found, inputs } = await find(sequence);
      return { ...found, ofDiagnosis: inputs.get(diagnosisHash(found.inputs) ?? '') };
    },
  };
};

export const sourceOf = ({ file, ...connection }: SourceOptions, terminal: Terminal): DecisionSource =>
  file === undefined ? apiSource(connect(connection, terminal)) : fileSource(file, terminal);
