/** What a live server tells of. */
export interface LiveListener {
  /** boring.txt has grown. */
  readonly onBoring: () => void;
  /** Pictures have come for these tiles. */
  readonly onTiles: (addresses: ReadonlySet<string>) => void;
}

/** Listens to `mandeld serve`, which tells of new tiles by server-sent events; the browser connects again by itself. */
export function listenToServer(base: string, { onBoring, onTiles }: LiveListener): void {
  const events = new EventSource(`${base}api/events`);
  events.addEventListener('boring', onBoring);
  events.addEventListener('tiles', ({ data }: MessageEvent<string>) => {
    const addresses: unknown = JSON.parse(data);
    if (Array.isArray(addresses)) onTiles(new Set(addresses.filter((one) => typeof one === 'string')));
  });
}
