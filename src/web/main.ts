import { AddressBar, permalink, readQuery } from './address-bar.js';
import { Bookmarks } from './bookmarks.js';
import { BoringLookup } from './boring-lookup.js';
import { ALL_THEMES, Colours } from './colours.js';
import { deferred } from './deferred.js';
import { byId, copy, download, elementOf, onClick, tell } from './elements.js';
import { setUpFilms } from './film-dialog.js';
import { Gallery } from './gallery.js';
import { HubOnMap } from './hub/hub-on-map.js';
import { listenToGestures } from './gestures.js';
import { Inspector } from './inspector.js';
import { listenToServer } from './live.js';
import { Minimap, viewAround } from './minimap.js';
import { Motion } from './motion.js';
import { PaintedPictures } from './painted-pictures.js';
import { PictureStore } from './picture-store.js';
import { homeOf, placeOf, viewOf, type Place } from './place.js';
import { setUpPlaces } from './places-dialog.js';
import { describePlace, fullPlace } from './readout.js';
import { snapshot } from './snapshot.js';
import { Stage } from './stage.js';
import type { View } from './view.js';

/** How often the line that says where the map is, and the small map, are written, milliseconds. */
const READOUT_MS = 120;

/** What cache.json says that the page must know. */
async function readCache(base: string): Promise<{ theme: string; suffix: string }> {
  try {
    const settings = (await (await fetch(`${base}cache.json`, { cache: 'no-cache' })).json()) as Record<
      string,
      unknown
    >;
    return { theme: String(settings['theme']), suffix: settings['image'] === 'jpg' ? '.jpg' : '.png' };
  } catch {
    return { theme: '', suffix: '.png' };
  }
}

async function main(): Promise<void> {
  const base = new URL('.', location.href).href;
  byId('map').parentElement?.removeAttribute('hidden');
  const home = (): Place => homeOf(innerWidth, innerHeight);
  const query = readQuery(location.search, home());
  document.body.classList.toggle('embed', query.isEmbedded);
  const map = byId('map');

  let isLive = false;
  /** Where the server is a hub. */
  let hub: HubOnMap | null = null;
  // boring.txt may be there before the settings are.
  const begun = deferred<void>();
  const boring = new BoringLookup(`${base}boring.txt`, async (state) => {
    document.body.dataset['boring'] = String(state.lines);
    await begun.promise;
    if (state.hasGrown) stage.expect(null);
    if (!state.isLive || isLive) return;
    isLive = true;
    if (state.isHub) {
      hub = new HubOnMap(base, {
        view: () => motion.view,
        theme: () => colours.theme,
        fly: (place, wanted) => {
          if (wanted !== undefined) choose(wanted);
          motion.fly(viewOrHome(place));
        },
      });
      hub.listen();
    }
    byId('board').hidden = false;
    void setUpFilms(
      base,
      () => here(),
      () => colours.theme,
    );
    listenToServer(base, {
      onBoring: () => boring.refresh(),
      onTiles: (addresses) => {
        for (const address of addresses) store.expect(address);
        stage.expect(addresses);
      },
    });
  });

  const { theme, suffix } = await readCache(base);
  const colours = new Colours();
  colours.choose(theme);
  const ownTheme = colours.theme;
  if (query.theme !== null) colours.choose(query.theme);
  const store = new PictureStore(`${base}tile/`, suffix, (isOffline) =>
    tell(
      isOffline ? 'The server cannot be reached. Trying again.' : 'The server is there again.',
      isOffline ? 60 : 3,
    ),
  );
  const painted = new PaintedPictures(colours);
  const stage = new Stage(byId('stage'), new Gallery(store, painted, boring, colours), () => showState());
  const inspector = new Inspector(base, boring);
  begun.resolve();

  /** The view of a place that somebody has written; of what is none, the whole set, and a word about it. */
  function viewOrHome(place: Place): View {
    try {
      return viewOf(place, innerHeight);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tell(`This address could not be read: ${reason}. Here is the whole set instead.`, 12);
      return viewOf(home(), innerHeight);
    }
  }

  const motion = new Motion(viewOrHome(query.place), (view, isMoving) => {
    stage.show(view, innerWidth, innerHeight);
    document.body.dataset['moving'] = String(isMoving);
    bar.note();
    hub?.move();
    noteReadout();
  });
  const here = (): Place => placeOf(motion.view, innerHeight);
  const chosenTheme = (): string | null => (colours.theme === ownTheme ? null : colours.theme);
  const link = (): string => permalink(here(), chosenTheme(), query.isEmbedded);

  const bar = new AddressBar(link, (search) => {
    const { place, theme: asked } = readQuery(search, home());
    choose(asked ?? ownTheme);
    motion.set(viewOrHome(place));
  });

  function showState(): void {
    document.body.dataset['lacking'] = String(stage.lacking);
  }

  const minimap = new Minimap(byId('minimap'), (east, north) =>
    motion.set(viewAround(motion.view, east, north)),
  );
  let readoutTimer = 0;
  function noteReadout(): void {
    if (readoutTimer !== 0) return;
    readoutTimer = setTimeout(() => {
      readoutTimer = 0;
      byId('where').textContent = describePlace(here(), motion.view);
      document.body.dataset['level'] = String(motion.view.level);
      minimap.show(motion.view, innerWidth, innerHeight);
      showState();
    }, READOUT_MS);
  }

  function choose(name: string): void {
    if (name === colours.theme) return;
    colours.choose(name);
    elementOf(HTMLSelectElement, 'theme').value = colours.theme;
    stage.repaint();
    void minimap.paint(store, painted);
  }

  const select = elementOf(HTMLSelectElement, 'theme');
  select.append(...ALL_THEMES.map((name) => new Option(name)));
  select.value = colours.theme;
  // A JPEG has the colours that it has.
  byId('colours').hidden = suffix !== '.png';
  select.addEventListener('change', () => {
    choose(select.value);
    bar.settle();
  });

  let isInspecting = false;
  async function inspect(x: number, y: number): Promise<void> {
    const facts = byId('facts');
    const asked = `${x} ${y}`;
    facts.dataset['at'] = asked;
    const text = await inspector.describe(motion.view, x - innerWidth / 2, y - innerHeight / 2);
    if (facts.dataset['at'] === asked && isInspecting) facts.firstElementChild?.replaceChildren(text);
  }
  /** The same by somebody's wish: a hub is asked as well. */
  function inspectPoint(x: number, y: number): void {
    void inspect(x, y);
    void hub?.inspect(x - innerWidth / 2, y - innerHeight / 2);
  }
  onClick('inspect', () => {
    isInspecting = !isInspecting;
    byId('inspect').setAttribute('aria-pressed', String(isInspecting));
    document.body.classList.toggle('inspecting', isInspecting);
    byId('facts').hidden = !isInspecting;
    if (isInspecting) inspectPoint(innerWidth / 2, innerHeight / 2);
  });

  const goHome = (): void => motion.fly(viewOf(home(), innerHeight));
  listenToGestures(map, {
    motion,
    onHome: goHome,
    onHover: (at) => {
      if (isInspecting && at !== null) void inspect(at.x, at.y);
    },
    onClick: (x, y) => {
      if (isInspecting) inspectPoint(x, y);
      return isInspecting;
    },
  });

  onClick('in', () => motion.step(1));
  onClick('out', () => motion.step(-1));
  onClick('home', goHome);
  onClick('up', () => motion.slide(0, -innerHeight / 3));
  onClick('down', () => motion.slide(0, innerHeight / 3));
  onClick('left', () => motion.slide(-innerWidth / 3, 0));
  onClick('right', () => motion.slide(innerWidth / 3, 0));
  onClick(
    'copy',
    async () =>
      await copy(fullPlace(motion.view, innerHeight), 'The coordinates are copied, all digits of them.'),
  );
  onClick('link', async () => {
    bar.settle();
    await copy(
      new URL(link(), location.href).href,
      'The address of this view is copied, and stands in the address bar.',
    );
  });
  onClick('save', async () => {
    const picture = await snapshot(stage, map);
    if (picture !== null) download(picture, `mandelbrot-level-${motion.view.level}.png`);
  });
  onClick('full', async () =>
    document.fullscreenElement
      ? await document.exitFullscreen()
      : await document.documentElement.requestFullscreen(),
  );
  onClick('help', () => elementOf(HTMLDialogElement, 'help-dialog').showModal());
  setUpPlaces(new Bookmarks(), here, (place) => motion.fly(viewOrHome(place)));

  const whole = elementOf(HTMLAnchorElement, 'whole');
  whole.hidden = !query.isEmbedded;
  whole.addEventListener('click', () => (whole.href = permalink(here(), chosenTheme(), false)));

  addEventListener('resize', () => motion.set(motion.view));
  addEventListener('online', () => stage.expect(null));
  void minimap.paint(store, painted);
  motion.set(motion.view);
}

await main();
