/** Documents told about, compared, and carried elsewhere. */
export { diffDefinitions, dryRun, exportDefinition } from './definitions.ts'
export { diffDocuments } from './diff-documents.ts'
export { diffMachines } from './diff-machines.ts'
export { type DryRunStep, dryRunPlan } from './dry-run.ts'
export { type DocumentFormat, exportDocument } from './export-document.ts'
