import type { InstrumentationEvent } from './instrumentation';

export type ConnectEvent = InstrumentationEvent<null>;
export type DisconnectEvent = InstrumentationEvent<null>;

// The events of single requests can be listened to, and never come: see docs/kafkajs.md.

interface RequestFacts {
  apiKey: number;
  apiName: string;
  apiVersion: number;
  broker: string;
  clientId: string;
  correlationId: number;
  createdAt: number;
  pendingDuration: number;
  sentAt: number;
}

export type RequestEvent = InstrumentationEvent<RequestFacts & { duration: number; size: number }>;
export type RequestTimeoutEvent = InstrumentationEvent<RequestFacts>;
export type RequestQueueSizeEvent = InstrumentationEvent<{
  broker: string;
  clientId: string;
  queueSize: number;
}>;
