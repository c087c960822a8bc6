import { deferred, type Deferred } from '../../client/runtime/deferred';

/** Lets everybody through, except while it is held. */
export class Turnstile {
  private held: Deferred<void> | undefined;

  async pass(): Promise<void> {
    await this.held?.promise;
  }

  hold(): void {
    this.held ??= deferred();
  }

  release(): void {
    this.held?.resolve();
    this.held = undefined;
  }
}
