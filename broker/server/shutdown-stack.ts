import { describeError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';

/** What has been started, to be stopped in the reverse order. */
export class ShutdownStack {
  private readonly steps: { readonly name: string; readonly stop: () => void | Promise<void> }[] =
    [];

  constructor(private readonly logger: Logger) {}

  add(name: string, stop: () => void | Promise<void>): void {
    this.steps.push({ name, stop });
  }

  /** A step that fails is logged and does not keep the others from being stopped. */
  async run(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        this.logger.error(
          { event: 'stop-failed', step: step.name, error: describeError(error) },
          `Stopping ${step.name} failed.`,
        );
      }
    }
  }
}
