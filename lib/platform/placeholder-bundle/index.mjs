/** Replaces the bundle of every function if only the templates matter (costs, infrastructure tests). */
export const handler = () => {
  throw new Error('This is the placeholder bundle: it must never be deployed.');
};
