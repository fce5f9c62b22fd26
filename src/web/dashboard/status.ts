/** A client, as /api/status tells of it; null is unknown. Its names are anybody's texts. */
export interface Node {
  readonly name: string;
  readonly alive: boolean;
  readonly heartbeatAge: number | null;
  readonly state: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly workers: number | null;
  readonly subdivided: number | null;
  readonly made: number | null;
  readonly tilesPerSecond: number | null;
  readonly holding: number;
  readonly current:
    readonly { readonly address: string; readonly task: string; readonly age: number }[] | null;
  readonly lockWait: number | null;
  readonly errors: number | null;
  readonly lastError: { readonly text: string; readonly age: number } | null;
}

/** Tiles of a level, or of all, by state. */
export interface Counts {
  readonly todo: number;
  readonly working: number;
  readonly done: number;
  readonly boring: number;
}

/** A film that is being made, or whose leader is gone. */
export interface Film {
  readonly key: string;
  readonly age: number;
  readonly alive: boolean;
  readonly leader: string;
  readonly format: string;
  readonly theme: string;
  readonly size: string;
  readonly fps: number;
  readonly frames: number;
  readonly done: number;
  readonly cached: number;
  readonly computed: number;
  readonly missing: number;
  readonly seconds: number;
  readonly frame: string | null;
}

/** What the dashboard reads of /api/status. */
export interface Status {
  readonly totals: Counts & { readonly wanted: number };
  readonly levels: readonly (Counts & { readonly level: number })[];
  readonly deepestLevel: number | null;
  readonly oldestTodo: { readonly address: string; readonly age: number } | null;
  readonly clients: readonly Node[];
  readonly films: readonly Film[];
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Asks for the status; throws where there is none. */
export async function readStatus(base: string): Promise<Status> {
  const answer = await fetch(`${base}api/status`, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`expected the status, got HTTP ${answer.status}`);
  return (await answer.json()) as Status;
}
