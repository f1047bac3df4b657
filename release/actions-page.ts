import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ActionStatement, CatalogueAction, Change, Reversibility } from '../core/remediation/action.ts';
import type { AlertType } from '../core/remediation/alerts/alert-type.ts';
import { ALERT_TYPES } from '../core/remediation/alerts/alert-types.ts';
import { type RunbookStep, runbookOf } from '../core/remediation/alerts/runbook.ts';
import { CATALOGUE } from '../core/remediation/catalogue/catalogue.ts';
import type { Json } from '../core/shared/canonical-json.ts';
import { EXAMPLES } from './action-examples.ts';

const linkTo = (id: string): string => `[\`${id}\`](#${id})`;
const code = (text: string): string => `\`${text}\``;

/** Steps of one reason, with their actions. */
const helpOf = (steps: readonly RunbookStep[]): string => {
  const { horizon, why } = steps[0]!;
  return `${why} (${horizon}) ${steps.map(({ action }) => linkTo(action)).join(', ')}`;
};

const responseOf = (type: AlertType): string => {
  const { response } = type;
  if (response.kind === 'notify-only') return `People are told only. ${response.reason}`;
  if (response.kind === 'as-requested') return 'Any action that the policy allows on the resource.';
  const steps = runbookOf(type)?.act ?? [];
  return [...Map.groupBy(steps, ({ why }) => why).values()]
    .map((group, at) => `${at + 1}. ${helpOf(group)}`)
    .join('<br>');
};

const alertRow = (type: AlertType): string =>
  `| ${code(type.id)}<br>${type.title} | ${type.signals.map(({ shownAs }) => shownAs).join('; ')} | ${responseOf(type)} |`;

interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly items?: Field;
  readonly maxItems?: number;
}

const Fields = z.object({
  properties: z.record(z.string(), z.custom<Field>()).default({}),
  required: z.array(z.string()).default([]),
});

const boundsOf = ({ minimum, exclusiveMinimum, maximum, maxItems }: Field): string => {
  if (maxItems !== undefined) return `at most ${maxItems}`;
  if (exclusiveMinimum !== undefined) return `more than ${exclusiveMinimum}`;
  return minimum === undefined || maximum === undefined ? '' : `${minimum} to ${maximum}`;
};

const usualOf = (field: Field, isRequired: boolean): string => {
  if (field.default !== undefined) return code(JSON.stringify(field.default));
  return isRequired ? 'required' : '';
};

const parametersOf = ({ parameters }: CatalogueAction): string => {
  const { properties, required } = Fields.parse(z.toJSONSchema(parameters, { io: 'input' }));
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `| ${code(name)} | ${field.description ?? ''} | ${field.type ?? ''} | ${boundsOf(field)} | ${usualOf(field, required.includes(name))} |`,
  );
  if (rows.length === 0) return 'It has no parameters.';
  return ['| Parameter | Meaning | Type | Bounds | Default |', '|---|---|---|---|---|', ...rows].join('\n');
};

const statementOf = (role: string, statement: ActionStatement): string => {
  const limits = [
    ...(statement.tagged ? ['tagged for the tenant and environment'] : []),
    ...(statement.conditions === undefined ? [] : [code(JSON.stringify(statement.conditions))]),
  ];
  const { actions, resources } = statement;
  return `| ${role} | ${actions.map(code).join('<br>')} | ${resources.map(code).join('<br>')} | ${limits.join('<br>')} |`;
};

const permissionsOf = ({ permissions: { read, change, cluster = [] } }: CatalogueAction): string =>
  [
    ...['| Role | Permissions | Resources | Only if |', '|---|---|---|---|'],
    ...read.map((statement) => statementOf('read', statement)),
    ...change.map((statement) => statementOf('change', statement)),
    ...cluster.map(
      ({ apiGroup, resource, verbs }) =>
        `| cluster | ${verbs.map(code).join(', ')} | ${code(resource)} of API group ${code(apiGroup === '' ? 'core' : apiGroup)} | in the namespace of the resource |`,
    ),
  ].join('\n');

const UNDO: Readonly<Record<Reversibility, string>> = {
  undo: 'Restores the state read before, unless something else changed it since.',
  fades: 'None is needed: the effect is over by itself.',
  permanent: 'Impossible.',
};

/** @throws if an action has no example, or its example leads to no plan */
const exampleOf = (action: CatalogueAction): { change: Change<Json>; parameters: Json } => {
  const example = EXAMPLES[action.id];
  if (example === undefined) throw new Error(`release/action-examples.ts: ${action.id} has no example`);
  const deployment = { deployed: '42', previous: '41' };
  const context = { remediationId: 'rem-example', at: 0, deployment };
  const change = action.plan(example.parameters, example.state, context);
  if ('notApplicable' in change)
    throw new Error(`release/action-examples.ts: the example of ${action.id}: ${change.notApplicable}`);
  return { change, parameters: example.parameters };
};

const dollars = (usd: number): string => `$${Number(usd.toPrecision(3))}`;

const costOf = (action: CatalogueAction): string => {
  const { change, parameters } = exampleOf(action);
  const { usdPerHour, usdOnce, basis } = action.cost(change, parameters);
  const amounts = [
    ...(usdPerHour > 0 ? [`${dollars(usdPerHour)} an hour`] : []),
    ...(usdOnce > 0 ? [`${dollars(usdOnce)} once`] : []),
  ];
  return `${amounts.length === 0 ? 'nothing' : amounts.join(' and ')} (${basis})`;
};

const actionSection = (action: CatalogueAction): string => {
  const { id, title, description, resourceKind, effect, risk, reversibility, minutes } = action;
  const { change, parameters } = exampleOf(action);
  return `### ${id}

**${title}.** ${description}

| | |
|---|---|
| Resource | ${code(resourceKind)} |
| Effect | ${code(effect)} |
| Risk | ${risk}${risk === 'high' ? ': two people approve it' : ''} |
| Undo | ${UNDO[reversibility]} |
| Example | ${code(JSON.stringify(parameters))}: ${change.summary}; touches ${change.touches} |
| Cost of the example | ${costOf(action)} |
| Verification | In the intended state within ${minutes.act} min; fresh points of its targets are compared with the forecast ${minutes.settle} min later |
| At once | ${action.maxConcurrent} per tenant |

${parametersOf(action)}

${permissionsOf(action)}
`;
};

/** The page `docs/actions.md`. */
export const actionsPage = (): string => `# Actions and alert types

What Forestall can do about problems. \`npm run actions\` writes this page from \`core/remediation/catalogue/\` and \`core/remediation/alerts/\`; a test fails if it is out of date.

Nothing here runs unless the policy of a tenant allows it on a resource. Parameters are bounds and names that the policy states; sizes are computed from the state that was read last. Each action has a role that reads the state and a role that makes the change, and these permissions are all that they have. If the last column says "tagged", IAM checks the tags \`forestall:tenant\` and \`forestall:environment\` of every resource that the call touches: for AppConfig these are the application, the environment and the configuration profile. \`{region}\` and \`{account}\` are those of the deployment, and \`{integrations}\` are the secrets of the stage’s integrations.

## Alert types

The runbook of each: condition → gate → act → verify → undo. The gate is the same for all: ${runbookOf(ALERT_TYPES.find(({ id }) => id === 'cpu-high')!)?.gate.join('; ')}. The first action that the policy allows and that the gate lets pass is carried out; verification and undo are those of the action.

| Alert type | Condition | Act, most helpful first |
|---|---|---|
${ALERT_TYPES.map(alertRow).join('\n')}

## Actions

${CATALOGUE.map(actionSection).join('\n')}`;

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, '../docs/actions.md'), actionsPage());
  process.stdout.write('Wrote docs/actions.md\n');
}
