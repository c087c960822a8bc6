import { verdict } from '../demo/verdict';
import type { StartContext } from '../start-context';
import type { Step } from '../step';

/** Compares what came back with what was sent; a difference is an error. */
export const checkStep: Step<StartContext> = {
  title: 'Comparing both',
  run: ({ demo }) => {
    const { sent, read, keys, starts } = demo!;
    const partitions = starts.map(({ partition }) => partition);
    // A difference must become a rejection.
    return Promise.resolve().then(() => verdict(sent!, read!, keys!, partitions));
  },
};
