import type { DirectoryBudget } from '../../core/platform/provisioning/ports.ts';

/** A budget that records what is drawn, and refuses what `refusal` is thrown for. */
export const recordedBudget = () => {
  const drawn: string[] = [];
  const state: { refusal: Error | undefined } = { refusal: undefined };
  const draw = async (what: string): Promise<void> => {
    if (state.refusal) throw state.refusal;
    drawn.push(what);
  };
  const budget: DirectoryBudget = {
    requests: (tenantId, units) => draw(`${tenantId}: ${units} requests`),
    invitation: (tenantId, personId) => draw(`${tenantId}: invitation of ${personId}`),
  };
  return { budget, drawn, state };
};
