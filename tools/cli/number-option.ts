import { InvalidArgumentError } from 'commander';

export interface NumberRange {
  /** Default 0. */
  readonly least?: number;
  /** Default: the largest whole number a number can hold exactly. */
  readonly most?: number;
}

/** Parses the value of an option that has to be a whole number, e.g. `--partition 3`. */
export function wholeNumber({ least = 0, most = Number.MAX_SAFE_INTEGER }: NumberRange = {}): (
  text: string,
) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const range =
      most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };
}
