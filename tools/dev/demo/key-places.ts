/** In which partition each key was seen. */
export class KeyPlaces {
  private readonly places = new Map<string, number>();
  private readonly scattered = new Set<string>();

  /** A record without a key may be anywhere. */
  see(key: Buffer | null, partition: number): void {
    if (key === null) return;
    const name = key.toString('latin1');
    const before = this.places.get(name);
    if (before === undefined) this.places.set(name, partition);
    else if (before !== partition) this.scattered.add(name);
  }

  /** Keys that were seen in more than one partition. */
  get scatteredKeys(): number {
    return this.scattered.size;
  }

  keysIn(partition: number): number {
    let keys = 0;
    for (const place of this.places.values()) if (place === partition) keys++;
    return keys;
  }
}
