const DAY = 24 * 60;

/** Part of a day in minutes since midnight, from `from` to before `to`; over midnight when `to` is not after `from`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The hours of the day at which a volunteer works, by the local clock. */
export class Hours {
  readonly #ranges: readonly Range[];

  /** @param ranges none for the whole day */
  constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  /** Whether it may work at a time; a day that is changed to or from summer time is as its clocks say. */
  isOpen(date: Date): boolean {
    if (this.#ranges.length === 0) return true;
    const minute = date.getHours() * 60 + date.getMinutes();
    return this.#ranges.some(({ from, to }) =>
      from < to ? minute >= from && minute < to : minute >= from || minute < to,
    );
  }
}

/** Works at any time. */
export const ALWAYS: Hours = new Hours([]);

/**
 * Reads ranges of hours, such as 22-6 or 12:30-13:30,22-6.
 *
 * @throws RangeError when they are none
 */
export function parseHours(text: string): Hours {
  return new Hours(text.split(',').map((part) => parseRange(part.trim())));
}

function parseRange(text: string): Range {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?$/.exec(text) ?? [];
  const from = minuteOf(fromHour, fromMinute);
  const to = minuteOf(toHour, toMinute);
  if (!(from < DAY && to <= DAY && from !== to)) {
    throw new RangeError(
      `expected --hours as times of the day such as 22-6 or 12:30-14,22-6, got ${JSON.stringify(text)}`,
    );
  }
  return { from, to };
}

/** NaN for what is no time; 24:00 is one. */
function minuteOf(hour: string | undefined, minute: string = '0'): number {
  return Number(minute) < 60 ? Number(hour ?? NaN) * 60 + Number(minute) : NaN;
}
