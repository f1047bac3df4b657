import { selectStage } from '../../lib/config/select-stage.ts';
import type { Stage, StageConfig } from '../../lib/config/stage-config.ts';
import { PARTS, type Part, type Synthesis, synthesise } from '../../lib/synth/synthesise.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are read by path, and a wrong path fails the assertion
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

/** Switches that add tables and functions, which the lists of all tables and functions contain. */
export const WITH_SWITCHES: Partial<StageConfig> = {
  secrets: { rotationDays: 90, separateSigningKeys: false, vault: true, integrations: [] },
  signIn: { ...selectStage('prod').signIn, scim: true },
  waf: { maxRequestsPerAddress: 10_000 },
};

const cache = new Map<string, Synthesis>();

/** A stage as synthesised, once for each test file and set of changed settings. */
export const stageOf = (stage: Stage, changes: Partial<StageConfig> = {}): Synthesis => {
  const key = JSON.stringify([stage, changes]);
  const known = cache.get(key) ?? synthesise({ ...selectStage(stage), ...changes });
  cache.set(key, known);
  return known;
};

/** Resources of one part or all of a stage, by logical id; ids of different parts never collide here. */
export const resourcesIn = (
  synthesis: Synthesis,
  parts: readonly Part[] = [...PARTS, 'firewall'],
): ReadonlyMap<string, Resource> =>
  new Map(
    parts.flatMap((part) => {
      const { Resources } = (synthesis.templates[part] ?? { Resources: {} }) as {
        Resources: Record<string, Resource>;
      };
      return Object.entries(Resources).map(([id, resource]) => [`${part}/${id}`, resource] as const);
    }),
  );

export const resourcesOfType = (
  synthesis: Synthesis,
  type: string,
  parts?: readonly Part[],
): readonly Resource[] =>
  [...resourcesIn(synthesis, parts).values()].filter((resource) => resource.Type === type);

/** The template's text of a value, for assertions on references. */
export const text = (value: unknown): string => JSON.stringify(value);
