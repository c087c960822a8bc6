import { KafkaClassicError } from '../../../client/runtime/error';

const CODES: readonly string[] = [
  'BROKER_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
  'RETRIES_EXHAUSTED',
];

/** What to say besides an error that comes of a coordinator that is away; undefined for others. */
export function coordinatorAway(error: unknown): string | undefined {
  if (!KafkaClassicError.is(error) || !CODES.includes(error.code)) return undefined;
  return (
    'The coordinator of a group does not answer. Another broker takes over when its ZooKeeper ' +
    'session is over, after 18 s by default; --timeout 30000 waits for that.'
  );
}
