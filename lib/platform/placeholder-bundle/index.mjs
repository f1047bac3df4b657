/** Stands in for every function's bundle where only the templates matter (costs, infrastructure tests). */
export const handler = () => {
  throw new Error('This is the placeholder bundle: it must never be deployed.');
};
