import { ProtocolError } from './protocol-error';

/** Bytes that are not a message of the protocol. */
export class MalformedMessageError extends ProtocolError {
  /**
   * @param what what is wrong
   * @param path where, e.g. `topics[0].partitions[1].index`
   */
  constructor(what: string, path?: string) {
    super('INVALID_REQUEST', `Malformed message: ${path ? `${path}: ` : ''}${what}.`);
  }
}
