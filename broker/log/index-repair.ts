import type { LogState } from './log-state';
import { readInBackground, readNow } from './read-steps';
import type { Segment } from './segment';

/** Builds indexes anew that point at something that is not there. */
export class IndexRepair {
  private readonly underWay = new Map<Segment, Promise<void>>();

  constructor(private readonly state: LogState) {}

  /** Until it is done reads go from the segment's start. A second call changes nothing. */
  start(segment: Segment): void {
    const { environment, name, config, segments } = this.state;
    if (this.underWay.has(segment)) return;
    environment.logger.warn(
      { event: 'index-rebuilt', partition: name, baseOffset: segment.baseOffset },
      `The index of segment ${segment.baseOffset} of ${name} is wrong and is built anew.`,
    );
    const steps = segment.rebuild(config.indexIntervalBytes, false, () => {});
    if (segment === segments.active) {
      readNow(steps, environment.files);
      return;
    }
    const rebuilt = readInBackground(steps, environment.files)
      .then(() => {
        if (!segment.removed) segment.seal();
      })
      .catch((error: unknown) => {
        if (!segment.removed) this.state.ioFailed(error);
      })
      .finally(() => this.underWay.delete(segment));
    this.underWay.set(segment, rebuilt);
  }

  /** Resolves when nothing is being built any more. */
  async idle(): Promise<void> {
    await Promise.all(this.underWay.values());
  }
}
