import type { LabelledCase, PetShop } from './load-issues.ts';
import { makeFaults } from './synthetic-faults.ts';

const TARGET = 'PetSite';

/** Synthetic faults in every scenario with normal data, as labelled cases grouped by scenario. */
export const syntheticCases = ({ scenarios }: PetShop, count: number, seed: number): LabelledCase[] => {
  const backgrounds = [...scenarios].flatMap(([scenario, { graph, normal }]) =>
    normal === null ? [] : [{ scenario, graph, normal, target: TARGET }],
  );
  return makeFaults(backgrounds, count, seed).map((fault) => {
    const { graph, normal } = scenarios.get(fault.scenario)!;
    const { id, scenario: group, window, target, source: cause } = fault;
    return { id, group, graph, normal, window, target, cause };
  });
};
