/** Exit codes of every command; `docs/cli.md` documents them. */
export const EXIT = { ok: 0, failure: 1, usage: 2, gate: 3 } as const;

/** A command succeeded, and its result reaches the level at which its caller asked to stop. */
export class GateReachedError extends Error {
  override readonly name = 'GateReachedError';
}
