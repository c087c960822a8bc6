/** One measurement, to be repeated: how much per second. */
export type Run = () => Promise<number>;

/** What something reaches, what it could reach at most, and how they compare. */
export interface Comparison {
  readonly measured: number;
  readonly ceiling: number;
  readonly ratio: number;
}

const ROUNDS = 7;

/**
 * Runs both in turn, several times, so that whatever else the machine does falls on both. A round
 * before the first one, which compiles the code and warms the caches, does not count.
 *
 * @returns the middle rates and the middle of the rounds' ratios, which is not quite their ratio
 */
export async function compare(measured: Run, ceiling: Run): Promise<Comparison> {
  await ceiling();
  await measured();
  const rounds: Comparison[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bound = await ceiling();
    const reached = await measured();
    rounds.push({ measured: reached, ceiling: bound, ratio: reached / bound });
  }
  const middle = (figure: keyof Comparison) => median(rounds.map((round) => round[figure]));
  return { measured: middle('measured'), ceiling: middle('ceiling'), ratio: middle('ratio') };
}

/** The middle one of several runs, which one slow or fast run cannot move. */
export async function medianOf(runs: number, run: Run): Promise<number> {
  const results: number[] = [];
  for (let i = 0; i < runs; i++) results.push(await run());
  return median(results);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Seconds that something takes. */
export async function seconds(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
