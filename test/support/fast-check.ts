// fast-check as test files import it (vitest.config.ts): properties are tried with the same values at each run, so that what
// fails is the change, and not the draw. Others are drawn by: SEED=7 npx vitest run …
import fc from '../../node_modules/fast-check/lib/fast-check.js'

fc.configureGlobal({ seed: Number(process.env.SEED ?? 20261130) })

export * from '../../node_modules/fast-check/lib/fast-check.js'
export default fc
