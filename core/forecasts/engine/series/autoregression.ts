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

/** Products at four neighbouring lags in one pass: each value is loaded once for all of them. */
const addFourLags = (
  values: Float64Array,
  from: number,
  to: number,
  lag: number,
  covariance: Float64Array,
): void => {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = from + lag + 3; i < to; i++) {
    const value = values[i]!;
    a += value * values[i - lag]!;
    b += value * values[i - lag - 1]!;
    c += value * values[i - lag - 2]!;
    d += value * values[i - lag - 3]!;
  }
  // The shorter lags have up to three more pairs at the start.
  for (let i = from + lag; i < Math.min(to, from + lag + 3); i++) {
    a += values[i]! * values[i - lag]!;
    if (i > from + lag) b += values[i]! * values[i - lag - 1]!;
    if (i > from + lag + 1) c += values[i]! * values[i - lag - 2]!;
  }
  const sums = [a, b, c, d];
  for (let k = 0; k < 4 && lag + k < covariance.length; k++)
    covariance[lag + k] = sums[k]! / Math.max(1, to - from);
};

/** Biased sample autocovariances of lags 0..order (biased keeps the fitted process stationary). */
export const autocovariance = (
  values: Float64Array,
  from: number,
  to: number,
  order: number,
): Float64Array => {
  const covariance = new Float64Array(order + 1);
  for (let lag = 0; lag <= order; lag += 4) addFourLags(values, from, to, lag, covariance);
  return covariance;
};

/**
 * Iterates the recursion `steps` ahead of `origin`. `path` holds the last `order` values first (zeros before the
 * series), then the forecasts: step `origin + k` is at `path[order + k]`; it must have room for order + steps.
 */
export const iterateAutoregression = (
  phi: Float64Array,
  values: Float64Array,
  origin: number,
  steps: number,
  path: Float64Array,
): void => {
  const order = phi.length;
  for (let j = 0; j < order; j++) path[j] = values[origin - order + j] ?? 0;
  const fours = order - (order % 4);
  for (let at = order; at < order + steps; at++) {
    // Four sums that do not wait for each other.
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < fours; j += 4) {
      a += phi[j]! * path[at - 1 - j]!;
      b += phi[j + 1]! * path[at - 2 - j]!;
      c += phi[j + 2]! * path[at - 3 - j]!;
      d += phi[j + 3]! * path[at - 4 - j]!;
    }
    for (let j = fours; j < order; j++) a += phi[j]! * path[at - 1 - j]!;
    path[at] = a + b + (c + d);
  }
};
