import type { FrameRate } from './frame-rate.js';

/** What an encoder is told once. */
export interface Clip {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly rate: FrameRate;
  /** How many frames there will be. */
  readonly frames: number;
}

/** Makes one film of frames that come in order, one at a time. */
export interface Encoder {
  /**
   * Takes a frame, and returns when it can take the next one. The bytes belong to the caller again then.
   *
   * @param rgb red, green, blue, row by row from the top
   */
  add(rgb: Uint8Array): Promise<void>;
  /** Writes what is left. Returns when the encoder is gone. */
  finish(): Promise<void>;
  /** Ends it at once, whatever it does; what waits for it is rejected. Returns when it is gone. */
  kill(): Promise<void>;
}

/** The same in a thread of its own (thread.ts), where blocking the thread is no harm. */
export interface ThreadEncoder {
  add(rgb: Uint8Array): void | Promise<void>;
  finish(): void | Promise<void>;
}
