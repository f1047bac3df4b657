/** The catalogue of actions in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { type CatalogueAction, EFFECTS, REVERSIBILITIES, RISKS } from '../action.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import { RESOURCE_KINDS } from '../resource.ts';

export const ActionView = named(
  'Action',
  z.object({
    id: z.string(),
    version: z.number().int(),
    title: z.string(),
    description: z.string(),
    resourceKind: z.enum(RESOURCE_KINDS),
    effect: z.enum(EFFECTS),
    risk: z.enum(RISKS),
    reversibility: z.enum(REVERSIBILITIES),
    minutes: z.object({ act: z.number(), settle: z.number() }),
    maxConcurrent: z.number().int(),
    parameters: z.record(z.string(), z.unknown()).describe('JSON schema of the parameters in the policy'),
    deployed: z.boolean().describe('The deployment has the role of the action; others cannot run'),
  }),
);

export const ActionList = named('ActionList', z.object({ items: z.array(ActionView) }));

const schemaOf = ({ parameters }: CatalogueAction): Record<string, unknown> => {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' });
  return schema;
};

/** All actions; `deployed` are the ids of those whose roles the deployment has. */
export const presentActions = (deployed: readonly string[]): z.infer<typeof ActionList> => {
  const known = new Set(deployed);
  return { items: CATALOGUE.map((action) => presentAction(action, known)) };
};

const presentAction = (
  action: CatalogueAction,
  deployed: ReadonlySet<string>,
): z.infer<typeof ActionView> => {
  const { id, version, title, description, resourceKind, effect, risk, reversibility } = action;
  return {
    ...{ id, version, title, description, resourceKind, effect, risk, reversibility },
    ...{ minutes: action.minutes, maxConcurrent: action.maxConcurrent },
    ...{ parameters: schemaOf(action), deployed: deployed.has(id) },
  };
};
