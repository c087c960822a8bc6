import type { LiveBroker } from '../../zk-coordination';
import type { ControlledBroker } from './controller-context';
import type { ControllerTerm } from './controller-term';

/** Who came and who went; a broker that came back in another incarnation is in both. */
export interface BrokerChanges {
  readonly joined: readonly number[];
  readonly left: ReadonlySet<number>;
}

/**
 * Takes over who is alive. What was to be told to an incarnation that is gone is dropped, and what
 * was known of it.
 */
export function takeBrokers(
  { context, outbox, env }: ControllerTerm,
  alive: ReadonlyMap<number, LiveBroker>,
): BrokerChanges {
  const left = new Set<number>();
  const joined: number[] = [];
  for (const [id, { epoch }] of context.brokers) {
    if (alive.get(id)?.epoch === epoch) continue;
    left.add(id);
    context.brokers.delete(id);
    context.shuttingDown.delete(id);
    context.forgetFailedDirectories(id);
    outbox.brokerLeft(id);
  }
  for (const [id, { epoch, registration }] of alive) {
    const broker: ControlledBroker = { id, epoch, rack: registration.rack };
    const isNew = !context.brokers.has(id);
    context.brokers.set(id, broker);
    if (!isNew) continue;
    joined.push(id);
    outbox.brokerJoined(broker);
  }
  for (const id of new Set([...left, ...joined])) {
    const how = !left.has(id) ? 'joined' : joined.includes(id) ? 'bounced' : 'left';
    const brokerEpoch = String(alive.get(id)?.epoch ?? -1);
    env.logger.info(
      { event: `broker-${how}`, broker: id, brokerEpoch },
      how === 'bounced' ? `Broker ${id} has been restarted.` : `Broker ${id} has ${how}.`,
    );
  }
  return { joined, left };
}
