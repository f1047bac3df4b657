import { InvalidInputError } from '../../shared/errors.ts';
import type { ForecastRequest } from './forecast.ts';

const refuse = (message: string, field: string): never => {
  throw new InvalidInputError(message, { field });
};

/** @throws InvalidInputError naming the field, if the request can never succeed */
export const checkRequest = ({ history, horizon, quantileLevels, bounds }: ForecastRequest): void => {
  if (!history.values.some(Number.isFinite)) refuse('the history contains no value', 'history');
  if (!(history.stepSeconds > 0)) refuse(`expected a positive step, found ${history.stepSeconds}`, 'history');
  if (!(Number.isInteger(horizon) && horizon >= 1)) {
    refuse(`expected a horizon of at least one whole step, found ${horizon}`, 'horizon');
  }
  const bad = quantileLevels?.find((level) => !(level > 0 && level < 1));
  if (bad !== undefined || quantileLevels?.length === 0) {
    refuse(`expected quantile levels between 0 and 1, found ${bad ?? 'none'}`, 'quantileLevels');
  }
  const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = bounds ?? {};
  if (!(lower <= upper)) refuse(`expected lower <= upper, found ${lower} and ${upper}`, 'bounds');
};
