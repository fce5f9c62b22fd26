import type { Argv } from 'yargs';
import { DEFAULT_LEASE, LEASE_RANGE } from '../../cache/settings.js';
import { DEFAULT_THEME, THEME_NAMES } from '../../image/themes.js';
import { directoryPositional, type Context } from '../context.js';
import { withEnvironment } from '../environment.js';
import { UsageError } from '../usage-error.js';
import { createCache } from '../../cache/create.js';
import { Layout } from '../../cache/layout.js';
import { refreshPage } from '../../cache/page-file.js';
import type { PictureFormat } from '../../tile/picture-format.js';
import { readPage } from '../../daemon/page.js';
import { seedOf } from '../../daemon/seed.js';
import type { ThemeName } from '../../image/themes.js';
import { EXIT } from '../exit-codes.js';
import { say, type Terminal } from '../terminal.js';

interface InitArguments {
  readonly directory: string;
  readonly theme: ThemeName;
  readonly image: PictureFormat;
  readonly lease: number;
}

/** `mandeld init DIR`: a new cache with the root tile in it. */
async function runInit(args: InitArguments, terminal: Terminal): Promise<number> {
  const { directory, theme, image, lease } = args;
  await createCache(directory, { theme, image, lease }, seedOf(theme, image));
  await refreshPage(new Layout(directory, image), await readPage());
  say(terminal, `Made a cache in ${directory}. Start a daemon on any number of machines that mount it:`);
  say(terminal, `  mandeld --cache ${directory} --client NAME`);
  say(terminal, `Serve ${directory} by any web server: index.html is the map.`);
  return EXIT.ok;
}

/** Declares the command. */
export function initCommand(y: Argv, { terminal, environment, finish }: Context): Argv {
  return y.command(
    'init <directory>',
    'Make a new cache',
    (c) =>
      withEnvironment(
        c
          .positional('directory', { ...directoryPositional, describe: 'a new or empty directory' })
          .option('theme', {
            choices: THEME_NAMES,
            default: DEFAULT_THEME,
            describe: 'colours of the pictures',
          })
          .option('image', {
            choices: ['png', 'jpg'] as const,
            default: 'png' as const,
            describe: 'format of the pictures',
          })
          .option('lease', {
            type: 'number',
            default: DEFAULT_LEASE,
            describe: 'seconds of silence after which a client counts as dead',
          })
          .example('$0 init /mnt/mandel', 'a cache with the defaults')
          .example('$0 init /mnt/galaxy --theme Galaxy', 'another look'),
        environment,
      ),
    async ({ directory, theme, image, lease }) => {
      if (!(lease >= LEASE_RANGE.min && lease <= LEASE_RANGE.max)) {
        throw new UsageError(
          `expected --lease from ${LEASE_RANGE.min} to ${LEASE_RANGE.max} seconds, got ${lease}`,
        );
      }
      await finish(runInit({ directory, theme, image, lease }, terminal));
    },
  );
}
