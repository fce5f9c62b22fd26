import { BoringIndex } from './boring-index.js';
import type { BoringReply, BoringRequest } from './boring-messages.js';

/** The worker that downloads boring.txt, and later what has been added to it, and looks tiles up in it. */

const index = new BoringIndex();
let url = '';
let isLive = false;
let isHub = false;
let isComplete = false;
let failure: string | null = null;
/** One download after the other. */
let downloads = Promise.resolve();
let lastByte = 0;

function reply(message: BoringReply): void {
  postMessage(message);
}

function tellState(hasGrown: boolean): void {
  reply({
    kind: 'state',
    lines: index.size,
    invalid: index.invalid,
    isComplete,
    hasGrown,
    isLive,
    isHub,
    failure,
  });
}

/** Reads what the file has beyond what is known. */
async function download(): Promise<void> {
  const before = index.size;
  try {
    const response = await ask(index.length);
    isLive ||= response.headers.has('x-mandeld');
    isHub ||= response.headers.has('x-mandeld-hub');
    await take(response);
    failure = null;
    isComplete = true;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  tellState(index.size > before);
}

async function ask(known: number): Promise<Response> {
  // The last byte once more: a file that is another one by now may give it away.
  const headers: HeadersInit = known > 0 ? { Range: `bytes=${known - 1}-` } : {};
  return await fetch(url, { headers, cache: 'no-cache' });
}

async function take(response: Response): Promise<void> {
  const known = index.length;
  if (response.status === 404) return; // nothing is boring yet
  if (response.status === 416) {
    // Shorter than it was: it is another file.
    index.clear();
    return await take(await ask(0));
  }
  if (!response.ok) throw new Error(`boring.txt: HTTP ${response.status}`);
  if ((response.headers.get('content-type') ?? '').includes('text/html')) return; // a page that says "not found"
  const isPart = response.status === 206;
  if (!isPart && known > 0 && Number(response.headers.get('content-length')) === known) {
    await response.body?.cancel();
    return;
  }
  // A server without ranges sends all of it again.
  let toSkip = isPart ? 1 : known;
  let isOther = false;
  for await (const bytes of chunksOf(response)) {
    if (toSkip > 0 && bytes.length >= toSkip) isOther ||= bytes[toSkip - 1] !== lastByte;
    if (isOther) break;
    const fresh = bytes.subarray(Math.min(toSkip, bytes.length));
    toSkip -= bytes.length - fresh.length;
    if (fresh.length === 0) continue;
    index.append(fresh);
    lastByte = fresh[fresh.length - 1];
  }
  if (!isOther && (isPart || toSkip === 0)) return;
  index.clear();
  await take(await ask(0));
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    for (let next = await reader?.read(); next?.value; next = await reader?.read()) yield next.value;
  } finally {
    await reader?.cancel();
  }
}

addEventListener('message', ({ data }: MessageEvent<BoringRequest>) => {
  if (data.kind === 'find') {
    reply({ kind: 'found', id: data.id, found: data.addresses.map((address) => index.find(address)) });
    return;
  }
  if (data.kind === 'start') url = data.url;
  downloads = downloads.then(download);
});
