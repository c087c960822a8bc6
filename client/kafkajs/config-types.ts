import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { logLevel } from './enums';
import type { logCreator } from './logger';

export type BrokersFunction = () => string[] | Promise<string[]>;

/** How often failures that pass are repeated, and how quickly. */
export interface RetryOptions {
  /** Longest wait before a repetition, in milliseconds. Default 30000. */
  maxRetryTime?: number;
  /** Wait before the first repetition, in milliseconds. Default 300. */
  initialRetryTime?: number;
  /** Part of the wait that is random. Default 0.2. */
  factor?: number;
  /** Growth of the wait. Default 2. */
  multiplier?: number;
  /** Repetitions at most. Default 5. */
  retries?: number;
  /** Of consumers: whether to start again after a crash that a repetition may mend. Default: yes. */
  restartOnFailure?: (e: Error) => Promise<boolean>;
}

export interface ISocketFactoryArgs {
  host: string;
  port: number;
  ssl: ConnectionOptions;
  onConnect: () => void;
}

/** Opens a socket, still connecting. */
export type ISocketFactory = (args: ISocketFactoryArgs) => Socket;

export interface KafkaConfig {
  /** Addresses of some brokers, or a function that finds them. */
  brokers: string[] | BrokersFunction;
  /** There is no TLS in this version: anything but false is refused. */
  ssl?: ConnectionOptions | boolean;
  /** There is no SASL in this version: anything is refused. */
  sasl?: object;
  /** Default `kafkajs`. */
  clientId?: string;
  /** Milliseconds. Default 1000. */
  connectionTimeout?: number;
  /** No effect without SASL. */
  authenticationTimeout?: number;
  /** No effect without SASL. */
  reauthenticationThreshold?: number;
  /** Milliseconds to wait for a response. Default 30000. */
  requestTimeout?: number;
  /** No effect: requests always have a timeout. */
  enforceRequestTimeout?: boolean;
  retry?: RetryOptions;
  socketFactory?: ISocketFactory;
  /** Default INFO. */
  logLevel?: logLevel;
  /** Default: lines of JSON on the console. */
  logCreator?: logCreator;
}
