import { KafkaClassicError } from '../../client/runtime/error';

/** Somebody else has claimed the group: every further write under this claim fails as this one did. */
export class GroupFencedError extends KafkaClassicError {
  constructor(
    readonly groupId: string,
    readonly version: number,
    cause?: unknown,
  ) {
    super(`The epoch of group "${groupId}" has moved on from version ${version}.`, {
      code: 'GROUP_FENCED',
      retriable: false,
      advice: 'Let go of the group; another broker coordinates it now.',
      cause,
    });
  }
}
