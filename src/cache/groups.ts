/** Files that are looked at together: many enough to hide the way to a file server, few enough for any limit of open files. */
const GROUP = 64;

/** Does something with each of many things, a group of them at a time. */
export async function mapInGroups<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += GROUP) {
    results.push(...(await Promise.all(items.slice(at, at + GROUP).map(map))));
  }
  return results;
}
