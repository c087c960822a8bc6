import { ClientOptionsError } from '../../../network';
import type { PartitionAssignor, RebalanceProtocol } from './assignor';
import { cooperativeStickyAssignor } from './cooperative-sticky-assignor';
import { rangeAssignor } from './range-assignor';
import { roundRobinAssignor } from './round-robin-assignor';
import { stickyAssignor } from './sticky-assignor';

const builtIn = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
};

/** Kafka's own assignors. */
export type AssignorName = keyof typeof builtIn;

/**
 * One assignor per name or object given, in that order.
 *
 * @throws ClientOptionsError when there is none, one is unknown, or two have the same name
 */
export function resolveAssignors(
  given: readonly (AssignorName | PartitionAssignor)[],
): PartitionAssignor[] {
  const names = Object.keys(builtIn).join(', ');
  const assignors = given.map((one) => {
    if (typeof one !== 'string') return one;
    if (Object.hasOwn(builtIn, one)) return builtIn[one]();
    throw new ClientOptionsError(`There is no assignor "${String(one)}".`, `Give one of ${names}.`);
  });
  if (assignors.length === 0) {
    throw new ClientOptionsError('partitionAssignors is empty.', `Give one of ${names}.`);
  }
  if (new Set(assignors.map(({ name }) => name)).size < assignors.length) {
    throw new ClientOptionsError(
      'Two of partitionAssignors have the same name.',
      'Members agree on an assignor by its name: give each once.',
    );
  }
  return assignors;
}

/** Cooperative only when all of them can, since any of them may be chosen. */
export function commonProtocol(assignors: readonly PartitionAssignor[]): RebalanceProtocol {
  const can = ({ protocols = ['eager'] }: PartitionAssignor) => protocols.includes('cooperative');
  return assignors.every(can) ? 'cooperative' : 'eager';
}
