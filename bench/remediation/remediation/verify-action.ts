import { verify } from '../../../core/remediation/verification/verify.ts';
import { STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import type { Acted } from './running.ts';

/** In the simulated world, an action has its effect after two steps. */
const EFFECT_SECONDS = 2 * STEP_SECONDS;
const PATIENCE_SECONDS = 3600;
const EVIDENCE_SECONDS = 6 * 3600;

/** The verdict on an action, or how long to wait for it. */
export const verifyAction = ({ plan, watched, forecast, cause, beganAt }: Acted, now: number) => {
  const { id: targetId, limit, metric } = watched.service;
  const doneAt = beganAt + EFFECT_SECONDS;
  if (now < doneAt) return { waitSeconds: doneAt - now };
  const settleSeconds = plan.minutes.settle * 60;
  return verify({
    ...{
      now,
      troubleSince: cause.kind === 'alert' ? cause.receivedAt : cause.since,
      beganAt,
      doneAt,
      settleSeconds,
      stepSeconds: STEP_SECONDS,
      metric,
    },
    deadline: doneAt + settleSeconds + PATIENCE_SECONDS,
    harm: { direction: 'above', limit },
    targets: [{ targetId, forecast, points: [...watched.pointsSince(beganAt - EVIDENCE_SECONDS)] }],
    peers: [],
  });
};
