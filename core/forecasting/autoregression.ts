/**
 * Autoregressive coefficients by the Yule-Walker equations, solved with the Levinson-Durbin recursion
 * (Brockwell & Davis, Time Series: Theory and Methods, 8.1-8.2). `values[from..to)` should be centred.
 */
export const yuleWalker = (values: Float64Array, from: number, to: number, order: number): Float64Array => {
  const covariance = autocovariance(values, from, to, order);
  const phi = new Float64Array(order);
  let variance = covariance[0]! * (1 + 1e-9) + 1e-12;
  const previous = new Float64Array(order);
  for (let k = 0; k < order; k++) {
    let gain = covariance[k + 1]!;
    for (let j = 0; j < k; j++) gain -= phi[j]! * covariance[k - j]!;
    gain /= variance;
    previous.set(phi);
    for (let j = 0; j < k; j++) phi[j] = previous[j]! - gain * previous[k - 1 - j]!;
    phi[k] = gain;
    variance *= 1 - gain * gain;
    if (variance <= 1e-10) break;
  }
  return phi;
};

/** Biased sample autocovariances of lags 0..order (biased keeps the fitted process stationary). */
export const autocovariance = (
  values: Float64Array,
  from: number,
  to: number,
  order: number,
): Float64Array => {
  const covariance = new Float64Array(order + 1);
  for (let lag = 0; lag <= order; lag++) {
    let total = 0;
    for (let i = from + lag; i < to; i++) total += values[i]! * values[i - lag]!;
    covariance[lag] = total / Math.max(1, to - from);
  }
  return covariance;
};

/** Iterates the recursion `steps` ahead of `origin`; `path[k]` is the forecast of step `origin + k`. */
export const iterateAutoregression = (
  phi: Float64Array,
  values: Float64Array,
  origin: number,
  steps: number,
  path: Float64Array,
): void => {
  const order = phi.length;
  for (let k = 0; k < steps; k++) {
    let total = 0;
    const own = Math.min(k, order);
    for (let j = 0; j < own; j++) total += phi[j]! * path[k - 1 - j]!;
    const base = origin + k - 1;
    const rest = Math.min(order, base + 1);
    for (let j = own; j < rest; j++) total += phi[j]! * values[base - j]!;
    path[k] = total;
  }
};
