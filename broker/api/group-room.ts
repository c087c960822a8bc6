import type { Logger } from '../../client/runtime/logger';
import type { GroupCoordinator } from '../coordinator/group/group-coordinator';
import { responseError } from './partition-error';

/** What the handlers of group APIs ask. */
export interface GroupRoom {
  readonly groups: GroupCoordinator;
  readonly logger: Logger;
}

/** The error code for whatever a group's coordinator has thrown. */
export function groupErrorCode(error: unknown, { logger }: GroupRoom, api: string): number {
  return responseError(error, logger, api).errorCode;
}
