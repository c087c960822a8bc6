import type { Api, RequestOf, ResponseInput } from '../../client/protocol/api';
import { AllocateProducerIds } from '../../client/protocol/messages/allocate-producer-ids';
import { AlterPartition } from '../../client/protocol/messages/alter-partition';
import { AlterPartitionReassignments } from '../../client/protocol/messages/alter-partition-reassignments';
import { ControlledShutdown } from '../../client/protocol/messages/controlled-shutdown';
import { ElectLeaders } from '../../client/protocol/messages/elect-leaders';
import { ListPartitionReassignments } from '../../client/protocol/messages/list-partition-reassignments';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { alterPartition } from './alter-partition';
import { controlledShutdown } from './controlled-shutdown';
import type { ControllerTerm } from './controller-term';
import { electLeaders } from './preferred-leaders';
import { allocateProducerIds } from './producer-id-block';
import { alterPartitionReassignments, listPartitionReassignments } from './reassignment-requests';

/** Answers one kind of request, in its turn among the events. */
export type ControllerRequestHandler<A extends Api> = (
  term: ControllerTerm,
  request: RequestOf<A>,
) => Promise<ResponseInput<A>>;

type Answer = (term: ControllerTerm, request: unknown) => Promise<unknown>;

/** What the controller is asked, by API key. */
const ANSWERS = new Map<number, Answer>([
  answering(AlterPartition, alterPartition),
  answering(ControlledShutdown, controlledShutdown),
  answering(ElectLeaders, electLeaders),
  answering(AlterPartitionReassignments, alterPartitionReassignments),
  answering(ListPartitionReassignments, listPartitionReassignments),
  answering(AllocateProducerIds, allocateProducerIds),
]);

/** @throws ProtocolError UNSUPPORTED_VERSION for what controllers are not asked */
export function answerRequest(term: ControllerTerm, api: Api, request: unknown): Promise<unknown> {
  const answer = ANSWERS.get(api.key);
  if (!answer) throw new ProtocolError('UNSUPPORTED_VERSION', `${api.name} is not answered here.`);
  return answer(term, request);
}

function answering<A extends Api>(api: A, handler: ControllerRequestHandler<A>): [number, Answer] {
  return [api.key, handler as Answer];
}
