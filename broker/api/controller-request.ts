import type {
  Api,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from '../../client/protocol/api';
import { ProtocolError } from '../../client/protocol/protocol-error';
import { KafkaClassicError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import type { ControllerLink } from '../peers/controller-link';
import { isPeerClient } from '../peers/peer-client-id';
import type { ApiHandler, RequestContext } from './handler';
import { responseError, type ResponseError } from './partition-error';

/** The controller of this process, which may be in office or not. */
export interface LocalController {
  /** @throws ProtocolError NOT_CONTROLLER when not in office, or no longer */
  handle<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>>;
}

/** How requests for the controller reach it. */
export interface ControllerRoom {
  readonly controller: LocalController;
  readonly link: ControllerLink;
  readonly logger: Logger;
}

/** The response that says of a whole request why nothing was done. */
export type Refusal<A extends Api> = (
  error: ResponseError,
  request: RequestOf<A>,
) => ResponseInput<A>;

/**
 * Answers what clients ask the controller: any broker takes it, and passes it on. What a broker has
 * passed on is not passed on again: two brokers with different ideas of the controller would send
 * it back and forth.
 */
export function forwardedHandler<A extends Api>(
  api: A,
  room: ControllerRoom,
  refusal: Refusal<A>,
): ApiHandler<A> {
  return async (request, context) => {
    try {
      return (await askController(
        api,
        request as RequestInput<A>,
        context,
        room,
      )) as ResponseInput<A>;
    } catch (error) {
      return refusal(responseError(unreachable(error), room.logger, api.name), request);
    }
  };
}

/** Answers what brokers ask the controller: whoever is not in office says so. */
export function controllerOnlyHandler<A extends Api>(
  api: A,
  room: Pick<ControllerRoom, 'controller' | 'logger'>,
  refusal: Refusal<A>,
): ApiHandler<A> {
  return async (request) => {
    try {
      return (await room.controller.handle(api, request as RequestInput<A>)) as ResponseInput<A>;
    } catch (error) {
      return refusal(responseError(error, room.logger, api.name), request);
    }
  };
}

/** @throws ProtocolError NOT_CONTROLLER, and what the way to the controller throws */
export function askController<A extends Api>(
  api: A,
  body: RequestInput<A>,
  { clientId }: RequestContext,
  { controller, link }: ControllerRoom,
): Promise<ResponseOf<A>> {
  return isPeerClient(clientId) ? controller.handle(api, body) : link.ask(api, body);
}

/**
 * What to tell the client when the way to the controller fails: it may look for it again. Where the
 * request may have arrived, the client is told that time was up.
 */
export function unreachable(error: unknown): unknown {
  if (error instanceof ProtocolError || !KafkaClassicError.is(error) || !error.retriable) {
    return error;
  }
  const code = error.code === 'REQUEST_TIMED_OUT' ? error.code : 'NOT_CONTROLLER';
  return new ProtocolError(code, `The controller cannot be reached. ${error.message}`, error);
}
