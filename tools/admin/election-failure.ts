import { describeError, KafkaClassicError } from '../../client/runtime/error';

/**
 * Why an election had no result and which broker to start, as far as the cluster's metadata tells.
 *
 * @param replicas of the partition, the preferred leader first
 * @param live ids of the brokers that are registered
 */
export function electionFailure(
  error: unknown,
  replicas: readonly number[],
  live: ReadonlySet<number>,
): string {
  const [preferred] = replicas;
  if (!KafkaClassicError.is(error) || preferred === undefined) return describeError(error);
  const { code } = error;
  if (code === 'PREFERRED_LEADER_NOT_AVAILABLE') {
    return live.has(preferred)
      ? `${code}: The preferred leader, broker ${preferred}, is not in sync. ` +
          'Elect again when it has caught up; kafka-topics --describe shows who is in sync.'
      : `${code}: The preferred leader, broker ${preferred}, is not running. ` +
          'Start it, and elect again when it is in sync.';
  }
  if (code === 'ELIGIBLE_LEADERS_NOT_AVAILABLE' && !replicas.some((id) => live.has(id))) {
    const which = replicas.length > 1 ? `one of brokers ${replicas.join()}` : `broker ${preferred}`;
    return `${code}: No broker that holds it is running. Start ${which}, then elect again.`;
  }
  return describeError(error);
}
