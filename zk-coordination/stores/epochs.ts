declare const kind: unique symbol;
type Branded<T, K extends string> = T & { readonly [kind]: K };

/** Content of `/controller_epoch`: counts elections. Brokers refuse orders of a lower one. */
export type ControllerEpoch = Branded<number, 'ControllerEpoch'>;

/** Counts what the controller decided about one partition; fences clients and followers. */
export type LeaderEpoch = Branded<number, 'LeaderEpoch'>;

/** zkVersion of a partition's state znode: what changes of the ISR are conditional on. */
export type PartitionEpoch = Branded<number, 'PartitionEpoch'>;

/** czxid of a broker's registration: tells a broker's incarnations apart (KIP-380). */
export type BrokerEpoch = Branded<bigint, 'BrokerEpoch'>;

export const controllerEpoch = (value: number): ControllerEpoch => value as ControllerEpoch;
export const leaderEpoch = (value: number): LeaderEpoch => value as LeaderEpoch;
export const partitionEpoch = (value: number): PartitionEpoch => value as PartitionEpoch;
export const brokerEpoch = (value: bigint): BrokerEpoch => value as BrokerEpoch;
