import type { TermEvent } from './controller-events';
import type { ControllerTerm } from './controller-term';
import { onLeaderAndIsrAnswered, onLogDirsFailed } from './log-dir-failure';
import { checkOffice } from './office-check';
import { onBrokersChanged } from './on-brokers-changed';
import { onUncleanElectionEnabled } from './on-unclean-election-enabled';
import { onPreferredElectionWished, rebalanceLeaders } from './preferred-leaders';
import { advanceReassignments } from './reassignment-driver';
import { onReassignmentWished } from './reassignment-requests';
import { answerRequest } from './requests';
import { onTopicChanged, onTopicsChanged } from './topic-adoption';
import { onDeletionsChanged, onStopReplicaAnswered, resumeDeletions } from './topic-deletion';

/** What the controller in office handles in its turn; the rest ends the office. */
export type HandledEvent = Exclude<TermEvent, { readonly type: 'superseded' }>;

type EventOf<T extends TermEvent['type']> = Extract<TermEvent, { readonly type: T }>;
type Handlers = {
  readonly [T in HandledEvent['type']]: (term: ControllerTerm, event: EventOf<T>) => Promise<void>;
};

/** What is done about each type of event. */
const HANDLERS: Handlers = {
  'brokers-changed': (term, { change }) => onBrokersChanged(term, change),
  'topics-changed': (term, { names }) => onTopicsChanged(term, names),
  'topic-changed': (term, { name, topic }) => onTopicChanged(term, name, topic),
  'deletions-changed': (term) => onDeletionsChanged(term),
  'deletions-resumed': (term) => resumeDeletions(term),
  'reassignment-wished': (term, { requests }) => onReassignmentWished(term, requests),
  'preferred-election-wished': (term, { election }) => onPreferredElectionWished(term, election),
  'log-dirs-failed': (term) => onLogDirsFailed(term),
  'unclean-election-enabled': (term, { topic }) => onUncleanElectionEnabled(term, topic),
  'reassignments-advanced': (term, { partitions }) => advanceReassignments(term, partitions),
  'leaders-to-rebalance': (term) => rebalanceLeaders(term),
  'leader-and-isr-answered': onLeaderAndIsrAnswered,
  'stop-replica-answered': onStopReplicaAnswered,
  'called-superseded': (term, { brokerId }) => checkOffice(term, brokerId),
  request: async (term, { api, body, reply }) =>
    reply.resolve(await answerRequest(term, api, body)),
};

/** @throws whatever costs the controller its office, but ProtocolError for requests */
export function handleTermEvent(term: ControllerTerm, event: HandledEvent): Promise<void> {
  const handler = HANDLERS[event.type] as (
    term: ControllerTerm,
    event: HandledEvent,
  ) => Promise<void>;
  return handler(term, event);
}
