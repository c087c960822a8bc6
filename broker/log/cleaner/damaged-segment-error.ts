import { LogError } from '../log-error';

/** A closed segment holds what is no batch. */
export class DamagedSegmentError extends LogError {
  constructor(path: string, position: number, problem: string) {
    super(`${path} is damaged at position ${position}: ${problem}`, {
      code: 'CORRUPT_MESSAGE',
      retriable: false,
      advice:
        'Look at the file with kafka-dump-log. If another replica is whole, stop the broker, remove the directory of the partition and start it again: it copies the partition anew.',
    });
  }
}
