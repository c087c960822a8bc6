import { ProtocolError } from '../../client/protocol/protocol-error';

/** A broker that may take replicas. */
export interface PlacementBroker {
  readonly id: number;
  readonly rack: string | null;
}

export interface PlacementRequest {
  readonly brokers: readonly PlacementBroker[];
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Number of the first partition placed, when a topic is extended. Default 0. */
  readonly firstPartition?: number;
  /** 0 to 1; chooses where the round begins. */
  readonly random: () => number;
  /** Where the round begins, instead of at random: what the first partition of the topic had. */
  readonly startIndex?: number;
}

/** More never fit into the topic's znode (jute.maxbuffer, 1 MiB); nothing is set up for them. */
const MOST_PARTITIONS = 100_000;

/**
 * Spreads replicas over brokers by Kafka's rule (AdminUtils.assignReplicasToBrokers): first
 * replicas go round the brokers from a random start; the others follow at a distance that grows
 * with every full round, so that the followers of one broker's partitions are spread too. With
 * racks, brokers are dealt alternately from the racks, and a rack is used twice only when all have
 * been used once.
 *
 * @returns the brokers of each partition, the preferred leader first
 * @throws ProtocolError INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR
 */
export function placeReplicas(request: PlacementRequest): number[][] {
  const { brokers, partitions, replicationFactor, firstPartition = 0, random } = request;
  if (partitions < 1) throw new ProtocolError('INVALID_PARTITIONS', 'A topic needs a partition.');
  if (firstPartition + partitions > MOST_PARTITIONS) {
    throw new ProtocolError(
      'INVALID_PARTITIONS',
      `A topic may have at most ${MOST_PARTITIONS} partitions.`,
    );
  }
  if (replicationFactor < 1) {
    throw new ProtocolError('INVALID_REPLICATION_FACTOR', 'The replication factor is below 1.');
  }
  if (replicationFactor > brokers.length) {
    throw new ProtocolError(
      'INVALID_REPLICATION_FACTOR',
      `Replication factor ${replicationFactor} is larger than the number of live brokers, ${brokers.length}.`,
    );
  }
  const order = interleaveRacks(brokers);
  const start = request.startIndex ?? Math.floor(random() * order.length);
  let shift = request.startIndex ?? Math.floor(random() * order.length);
  const assignment: number[][] = [];
  for (let i = 0; i < partitions; i++) {
    const partition = firstPartition + i;
    if (partition > 0 && partition % order.length === 0) shift++;
    assignment.push(placeOne(order, (partition + start) % order.length, shift, replicationFactor));
  }
  return assignment;
}

function placeOne(
  order: readonly PlacementBroker[],
  leaderIndex: number,
  shift: number,
  replicationFactor: number,
): number[] {
  const leader = order[leaderIndex];
  const chosen = [leader];
  const racks = new Set([leader.rack]);
  const rackCount = new Set(order.map((broker) => broker.rack)).size;
  const rackAware = rackCount > 1;
  for (let step = 0; chosen.length < replicationFactor; step++) {
    const distance = 1 + ((shift + step) % (order.length - 1));
    const candidate = order[(leaderIndex + distance) % order.length];
    if (chosen.includes(candidate)) continue;
    const racksLeft = rackAware && racks.size < rackCount && step < order.length;
    if (racksLeft && racks.has(candidate.rack)) continue;
    chosen.push(candidate);
    racks.add(candidate.rack);
  }
  return chosen.map((broker) => broker.id);
}

/** Brokers by id, dealt from the racks in turn when every broker has one. */
function interleaveRacks(brokers: readonly PlacementBroker[]): PlacementBroker[] {
  const byId = [...brokers].sort((a, b) => a.id - b.id);
  if (byId.some((broker) => broker.rack === null)) {
    return byId.map((broker) => ({ ...broker, rack: null }));
  }
  const racks = new Map<string, PlacementBroker[]>();
  for (const broker of byId) {
    const rack = broker.rack as string;
    racks.set(rack, [...(racks.get(rack) ?? []), broker]);
  }
  const queues = [...racks.keys()].sort().map((rack) => racks.get(rack) as PlacementBroker[]);
  const order: PlacementBroker[] = [];
  for (let turn = 0; order.length < byId.length; turn++) {
    const next = queues[turn % queues.length].shift();
    if (next) order.push(next);
  }
  return order;
}
