/** Wakes a loop that sleeps. A ring that comes while the loop works is not lost: the next sleep ends at once. */
export class Alarm {
  #isRung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Until it rings, but not for longer than this, in milliseconds. */
  async sleep(ms: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = (): void => undefined;
    }
    this.#isRung = false;
  }
}
