/** Parsed lists; a list is the same object until the topic's configs change. */
const known = new WeakMap<readonly string[], ReadonlySet<string>>();

/**
 * Whether a list of throttled replicas names a partition's replica on a broker.
 *
 * @param list elements of the form `partition:broker`, or `*` for all
 */
export function listsReplica(
  list: readonly string[],
  partition: number,
  brokerId: number,
): boolean {
  if (list.length === 0) return false;
  let replicas = known.get(list);
  if (!replicas) {
    replicas = new Set(list);
    known.set(list, replicas);
  }
  return replicas.has('*') || replicas.has(`${partition}:${brokerId}`);
}
