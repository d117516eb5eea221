import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder bench/ of the checkout. */
export const benchFolder = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Kept between runs, not committed. */
export const cacheFolder = join(benchFolder, '.cache')
export const settingsFile = join(benchFolder, 'settings.json')
export const resultsFile = join(benchFolder, 'results.json')
