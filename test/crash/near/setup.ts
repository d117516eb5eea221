import type { TestProject } from 'vitest/node'

/** The server of near-tests.ts, whose templates have been made. */
export default function setup(project: TestProject): void {
  project.provide('adminUrl', process.env.MILLRACE_MUTANT_SERVER as string)
}
