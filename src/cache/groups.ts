/** Files that are worked on together: many enough to hide the way to a file server, few enough for any limit of open files. */
const GROUP = 64;

/**
 * Does something with each of many things, a group of them at a time. All of a group have ended, well or badly, before it goes on: when it
 * fails, nothing is still under way.
 *
 * @throws what the first one of the group has thrown
 */
export async function mapInGroups<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += GROUP) {
    const group = await Promise.allSettled(items.slice(at, at + GROUP).map(map));
    for (const one of group) {
      if (one.status === 'rejected') throw one.reason;
      results.push(one.value);
    }
  }
  return results;
}
