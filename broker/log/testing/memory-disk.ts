import { dirname } from 'node:path';

/** A file: what a running process sees, and what is certain to be there after a power failure. */
export class Inode {
  private room: Buffer = Buffer.alloc(0);
  private length = 0;
  private durable: Buffer = Buffer.alloc(0);

  /** The bytes themselves, not a copy. */
  get data(): Buffer {
    return this.room.subarray(0, this.length);
  }

  get size(): number {
    return this.length;
  }

  write(buffers: readonly Buffer[], position: number): number {
    let end = position;
    for (const { length } of buffers) end += length;
    this.reserve(end);
    let at = position;
    for (const buffer of buffers) at += buffer.copy(this.room, at);
    this.length = Math.max(this.length, end);
    return end - position;
  }

  truncate(length: number): void {
    this.reserve(length);
    // What lies behind the end must read as zeros when the file grows over it again.
    if (length < this.length) this.room.fill(0, length, this.length);
    this.length = length;
  }

  flush(): void {
    this.durable = Buffer.from(this.data);
  }

  /** What a power failure leaves: what was flushed, all, or something in between. */
  lose(random: () => number): void {
    const survivor = survivorOf(this.data, this.durable, random);
    this.room = Buffer.from(survivor);
    this.length = survivor.length;
    this.durable = Buffer.from(survivor);
  }

  private reserve(bytes: number): void {
    if (bytes <= this.room.length) return;
    const room = Buffer.alloc(Math.max(bytes, 2 * this.room.length, 64));
    this.room.copy(room, 0, 0, this.length);
    this.room = room;
  }
}

function survivorOf(data: Buffer, durable: Buffer, random: () => number): Buffer {
  const choice = random();
  if (choice < 0.3) return durable;
  if (choice < 0.5) return data;
  // A part of what came later; its last block may be zeros because only the size had arrived.
  const from = Math.min(durable.length, data.length);
  const end = from + Math.floor(random() * (data.length - from + 1));
  const survivor = Buffer.from(data.subarray(0, end));
  if (choice < 0.7) survivor.fill(0, from + Math.floor(random() * (end - from + 1)));
  return survivor;
}

/** A change of names that a power failure may undo until the directory is flushed. */
interface NameChange {
  readonly directory: string;
  apply(names: Map<string, Inode>): void;
}

/** What file systems in memory stand on: it outlives the process that wrote it. */
export class MemoryDisk {
  private current = new Map<string, Inode>();
  private readonly durableNames = new Map<string, Inode>();
  private changes: NameChange[] = [];
  readonly directories = new Set<string>(['/']);

  get names(): ReadonlyMap<string, Inode> {
    return this.current;
  }

  change(directory: string, apply: (names: Map<string, Inode>) => void): void {
    apply(this.current);
    this.changes.push({ directory, apply });
  }

  setName(path: string, inode: Inode): void {
    this.change(dirname(path), (names) => void names.set(path, inode));
  }

  flushDirectory(path: string): void {
    for (const change of this.changes) {
      if (change.directory === path) change.apply(this.durableNames);
    }
    this.changes = this.changes.filter(({ directory }) => directory !== path);
  }

  /** A power failure: of what was not flushed some is lost, in any order the kernel could choose. */
  crash(random: () => number): void {
    const survivors = Math.floor(random() * (this.changes.length + 1));
    for (const change of this.changes.slice(0, survivors)) change.apply(this.durableNames);
    this.changes = [];
    this.current = new Map(this.durableNames);
    for (const inode of new Set(this.current.values())) inode.lose(random);
  }
}
