// @ts-check
// A flow: steps that get what those they depend on gave, some of them beside each other, some skipped.
import { WorkflowEngine } from 'millrace'
import { Flow } from 'millrace/flow'
import { connectionString } from './database.js'

/** @type {Record<string, { title: string, lang: string, links: string[] }>} */
const pages = {
  '/': { title: 'Start', lang: 'de', links: ['/a', '/b'] },
  '/a': { title: 'A', lang: 'en', links: [] },
  '/b': { title: 'B', lang: 'en', links: [] },
}

/** @param {string} url */
const fetchPage = async (url) => {
  const page = pages[url]
  if (page === undefined) throw new Error(`There is no page ${url}.`)
  return page
}

/** @type {typeof Flow<{ url: string }>} */
const SiteFlow = Flow

const site = new SiteFlow({ slug: 'site', maxAttempts: 3, baseDelay: '1 s' })
  .step({ slug: 'page' }, ({ url }) => fetchPage(url))
  .step(
    { slug: 'translate', dependsOn: ['page'], ifNot: { page: { lang: 'en' } } },
    ({ page }) => `${page.title} (translated)`,
  )
  .array({ slug: 'links', dependsOn: ['page'] }, ({ page }) => page.links)
  .map(
    { slug: 'titles', array: 'links', blockSize: 10 },
    async (url) => (await fetchPage(url)).title,
  )
  .step({ slug: 'report', dependsOn: ['page', 'translate', 'titles'] }, (input) => {
    const { page, translate, titles } = input
    return `${translate ?? page.title}: ${titles.join(', ') || 'no links'}`
  })

const engine = new WorkflowEngine({ connectionString, workflows: [site] })
await engine.start()

for (const url of ['/', '/a']) {
  const run = await engine.startWorkflow(site, { url })
  console.log((await run.result({ timeout: '30 s' })).report)
  const skipped = (await run.timeline()).filter(({ status }) => status === 'skipped')
  console.log(`skipped: ${skipped.map(({ stepId }) => stepId).join(', ') || 'nothing'}`)
}
await engine.stop()
