import { iterateAutoregression } from '../series/autoregression.ts';
import type { LeadRequest } from './candidate.ts';

/**
 * Weights of the last values in the forecast of each lead (leads x order, newest value first), by the recursion of the
 * coefficients: a forecast is a linear function of the values before its origin.
 */
const leadWeights = (phi: Float64Array, leads: Int32Array): Float64Array => {
  const order = phi.length;
  const rows = new Float64Array(leads.length * order);
  const weights = Float64Array.from(phi);
  let lead = 1;
  leads.forEach((wanted, j) => {
    for (; lead < wanted; lead++) {
      const newest = weights[0]!;
      for (let i = 0; i + 1 < order; i++) weights[i] = newest * phi[i]! + weights[i + 1]!;
      weights[order - 1] = newest * phi[order - 1]!;
    }
    rows.set(weights, j * order);
  });
  return rows;
};

/** Forecasts `values`, which are zero before the series, by an autoregression with the coefficients `phi`. */
export class AutoregressiveForecast {
  readonly #phi: Float64Array;
  readonly #values: Float64Array;
  #path = new Float64Array(0);
  #leads: Int32Array | null = null;
  #weights: Float64Array = new Float64Array(0);

  constructor(phi: Float64Array, values: Float64Array) {
    this.#phi = phi;
    this.#values = values;
  }

  /** Writes the forecast of lead `j` to `out[offset + j]`. */
  predict(request: LeadRequest, out: Float64Array, offset: number): void {
    // For a few leads, weights that serve many origins take less time than the recursion through all leads between.
    if (2 * request.leads.length < request.leads.at(-1)!) this.#weigh(request, out, offset);
    else this.#iterate(request, out, offset);
  }

  #iterate({ origin, leads, count }: LeadRequest, out: Float64Array, offset: number): void {
    const [order, furthest] = [this.#phi.length, leads[count - 1]!];
    if (this.#path.length < order + furthest) this.#path = new Float64Array(order + furthest);
    iterateAutoregression(this.#phi, this.#values, origin, furthest, this.#path);
    for (let j = 0; j < count; j++) out[offset + j] = this.#path[order + leads[j]! - 1]!;
  }

  #weigh({ origin, leads, count }: LeadRequest, out: Float64Array, offset: number): void {
    if (leads !== this.#leads) [this.#leads, this.#weights] = [leads, leadWeights(this.#phi, leads)];
    const [order, values, weights] = [this.#phi.length, this.#values, this.#weights];
    const known = Math.min(order, origin);
    for (let j = 0; j < count; j++) {
      let [a, b, i] = [0, 0, 0];
      const row = j * order;
      for (; i + 1 < known; i += 2) {
        a += weights[row + i]! * values[origin - 1 - i]!;
        b += weights[row + i + 1]! * values[origin - 2 - i]!;
      }
      if (i < known) a += weights[row + i]! * values[origin - 1 - i]!;
      out[offset + j] = a + b;
    }
  }
}
