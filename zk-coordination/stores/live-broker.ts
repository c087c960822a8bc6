import type { NodeData } from '../session-contract';
import { type BrokerRegistration, decodeBroker } from './broker-registration';
import { type BrokerEpoch, brokerEpoch } from './epochs';

/** A registered broker and the incarnation it is in. */
export interface LiveBroker {
  readonly registration: BrokerRegistration;
  readonly epoch: BrokerEpoch;
}

/** @throws MalformedZnodeError */
export function liveBroker(id: number, node: NodeData): LiveBroker {
  return { registration: decodeBroker(id, node.data), epoch: brokerEpoch(node.stat.czxid) };
}

/** The ids among the children of `/brokers/ids`, ascending. */
export function brokerIds(children: readonly string[]): number[] {
  const ids = children.filter((name) => /^\d+$/.test(name)).map(Number);
  return ids.sort((a, b) => a - b);
}
