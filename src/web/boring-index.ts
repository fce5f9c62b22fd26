/**
 * The lines of boring.txt, for looking up whether a tile or one of its ancestors is boring. A million of them as a Map of strings would take
 * hundreds of megabytes; here the file's bytes stay as they are, and a hash table holds where each line begins.
 */
export class BoringIndex {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  /** Where the first line that is not complete yet begins. */
  #parsed = 0;
  /** Offsets of lines plus 1, by hash; 0 where there is none. A power of two long, at most half full. */
  #table = new Int32Array(1 << 12);
  #count = 0;
  /** Whether there is a line whose address is so long. */
  #lengths = new Set<number>();
  #invalid = 0;

  /** Lines that say that a tile is boring. */
  get size(): number {
    return this.#count;
  }

  /** Lines that say nothing. */
  get invalid(): number {
    return this.#invalid;
  }

  /** Bytes that were added. */
  get length(): number {
    return this.#length;
  }

  /** Forgets all. */
  clear(): void {
    this.#length = this.#parsed = this.#count = this.#invalid = 0;
    this.#table = new Int32Array(1 << 12);
    this.#lengths.clear();
  }

  /** Adds what follows. A line counts when its end has come. */
  append(bytes: Uint8Array): void {
    while (this.#length + bytes.length > this.#bytes.length) {
      const more = new Uint8Array(2 * this.#bytes.length);
      more.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = more;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    // Only what is new can hold the end of a line: what was there is not searched again, however long a line is.
    const known = this.#bytes.subarray(0, this.#length);
    let end = known.indexOf(NEWLINE, this.#length - bytes.length);
    for (; end >= 0; end = known.indexOf(NEWLINE, this.#parsed)) {
      this.#take(this.#parsed, end);
      this.#parsed = end + 1;
    }
  }

  /** The period of the boring tile that this one is or lies in, and the length of its address; null when it is in none. */
  find(address: string): { period: number; length: number } | null {
    let hash = FIRST_HASH;
    for (let length = 1; length <= address.length; length++) {
      hash = mix(hash, address.charCodeAt(length - 1));
      if (!this.#lengths.has(length)) continue;
      const line = this.#lookUp(hash, length, (at) => address.charCodeAt(at));
      if (line >= 0) return { period: this.#periodAt(line + length + 1), length };
    }
    return null;
  }

  #take(start: number, end: number): void {
    let space = start;
    let hash = FIRST_HASH;
    for (; space < end && this.#bytes[space] !== SPACE; space++) {
      const byte = this.#bytes[space];
      if (space === start ? byte !== ROOT : byte < ZERO || byte > THREE) break;
      hash = mix(hash, byte);
    }
    if (this.#bytes[space] !== SPACE || space === start || !this.#isPeriod(space + 1, end)) {
      this.#invalid++;
      return;
    }
    const length = space - start;
    if (this.#lookUp(hash, length, (at) => this.#bytes[start + at]) >= 0) return; // twice
    if (2 * ++this.#count > this.#table.length) this.#grow();
    this.#lengths.add(length);
    this.#insert(hash, start);
  }

  #isPeriod(start: number, end: number): boolean {
    const digits = end - start;
    if (digits < 1 || digits > 10 || (digits > 1 && this.#bytes[start] === ZERO)) return false;
    for (let at = start; at < end; at++) if (this.#bytes[at] < ZERO || this.#bytes[at] > NINE) return false;
    return true;
  }

  #periodAt(at: number): number {
    let period = 0;
    for (; this.#bytes[at] !== NEWLINE; at++) period = 10 * period + this.#bytes[at] - ZERO;
    return period;
  }

  /** Where the line of an address begins, or -1. */
  #lookUp(hash: number, length: number, byteAt: (at: number) => number): number {
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const line = this.#table[slot] - 1;
      if (this.#bytes[line + length] !== SPACE) continue;
      let at = 0;
      while (at < length && this.#bytes[line + at] === byteAt(at)) at++;
      if (at === length) return line;
    }
    return -1;
  }

  #insert(hash: number, line: number): void {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = line + 1;
  }

  #grow(): void {
    const lines = this.#table.filter((line) => line !== 0);
    this.#table = new Int32Array(2 * this.#table.length);
    for (const line of lines) {
      let hash = FIRST_HASH;
      for (let at = line - 1; this.#bytes[at] !== SPACE; at++) hash = mix(hash, this.#bytes[at]);
      this.#insert(hash, line - 1);
    }
  }
}

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const THREE = 51;
const NINE = 57;
const ROOT = 77;

const FIRST_HASH = 0x811c9dc5;

/** FNV-1a, and a last mixing step that also the low bits depend on all. */
function mix(hash: number, byte: number): number {
  const next = Math.imul(hash ^ byte, 0x01000193);
  return next ^ (next >>> 15);
}
