/**
 * Saves something that changes often: while one save runs, any number of further changes lead to
 * one more.
 */
export class CoalescingSaver {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  /** @param save writes the state of the moment it is called */
  constructor(private readonly save: () => Promise<void>) {}

  /** Resolves when the state of now is saved. Callers that do not wait must catch. */
  request(): Promise<void> {
    if (this.next) return this.next;
    if (!this.running) return (this.running = this.run());
    const previous = this.running;
    this.next = previous
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        return (this.running = this.run());
      });
    return this.next;
  }

  /** Resolves when nothing is left to save; rejects when the last save failed. */
  async settled(): Promise<void> {
    await (this.next ?? this.running);
  }

  private async run(): Promise<void> {
    const saving = this.save();
    try {
      await saving;
      this.running = undefined;
    } catch (error) {
      this.running = undefined;
      throw error;
    }
  }
}
