import { KafkaClassicError } from '../../client/runtime/error';

/** A broker that is not registered, or has no listener for the other brokers. */
export class PeerUnknownError extends KafkaClassicError {
  constructor(brokerId: number) {
    super(`Broker ${brokerId} is not registered with an address for other brokers.`, {
      code: 'PEER_UNKNOWN',
      retriable: true,
      advice: 'Wait for it to register, or check its listeners and inter.broker.listener.name.',
    });
  }
}
