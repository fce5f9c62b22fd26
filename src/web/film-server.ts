/** What a server that makes films says of them. */
export interface FilmOffer {
  readonly formats: readonly string[];
  readonly limits: { readonly frames: number; readonly size: string };
}

/** How far a film is. */
export interface FilmView {
  readonly url: string;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  readonly ahead: number;
  readonly frames: number;
  readonly done: number;
  readonly missing: number;
  readonly preview: string | null;
  readonly reason: string | null;
}

/** A film that the server has promised. */
export interface PromisedFilm {
  readonly url: string;
  readonly events: string;
  readonly state: FilmView['state'];
  /** With it, the film can be cancelled. */
  readonly token: string | null;
  readonly id: string;
}

/** Why there is no film, in words. */
export class NoFilm extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** `mandeld serve`, where films are asked for. */
export class FilmServer {
  readonly #base: string;

  /** @param base the address of the folder that the page is in */
  constructor(base: string) {
    this.#base = base;
  }

  /** What it offers; null when it makes no films. */
  async offer(): Promise<FilmOffer | null> {
    try {
      const answer = await fetch(`${this.#base}api/zoom`);
      const offer = (await answer.json()) as FilmOffer & { films: unknown };
      return offer.films === true && offer.formats.length > 0 ? offer : null;
    } catch {
      return null;
    }
  }

  /** @throws NoFilm */
  async ask(request: object): Promise<PromisedFilm> {
    const answer = await this.#fetch('POST', 'api/zoom', {}, JSON.stringify(request));
    const body: unknown = await answer.json().catch(() => null);
    if (answer.ok) return body as PromisedFilm;
    const { faults } = (body ?? {}) as { faults?: readonly string[] };
    throw new NoFilm(faults ?? [`The server answered ${answer.status}.`]);
  }

  /** It is not wanted any more. */
  async cancel({ id, token }: PromisedFilm): Promise<void> {
    if (token !== null) await this.#fetch('DELETE', `api/zoom/${id}`, { Authorization: `Bearer ${token}` });
  }

  /**
   * Follows a film to its end.
   *
   * @param onView told how far it is; null: the server knows nothing of it any more
   * @returns listens no more
   */
  follow({ events }: PromisedFilm, onView: (view: FilmView | null) => void): () => void {
    const source = new EventSource(this.link(events));
    const hear = ({ data }: MessageEvent<string>): void => onView(JSON.parse(data) as FilmView);
    source.addEventListener('progress', hear);
    source.addEventListener('ended', (event: MessageEvent<string>) => {
      source.close();
      hear(event);
    });
    // A connection that was lost is made again by the browser; one that was refused is not.
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) onView(null);
    });
    return () => source.close();
  }

  /** A path of the server's as a link: the page may be in a folder of a larger site. */
  link(path: string): string {
    return this.#base + path.replace(/^\//, '');
  }

  async #fetch(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Response> {
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    try {
      return await fetch(this.#base + path, {
        method,
        headers: { ...headers, ...type },
        ...(body !== undefined && { body }),
      });
    } catch {
      throw new NoFilm(['The server cannot be reached.']);
    }
  }
}
