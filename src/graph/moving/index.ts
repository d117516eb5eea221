/** Documents told about, compared, and carried elsewhere. */
export { diffDefinitions, dryRun, exportDefinition } from './definitions.ts'
export { diffDocuments } from './diff-documents.ts'
export { diffVersions } from './diff-versions.ts'
export { versionedDocument } from './document-version.ts'
export { type DryRunStep, dryRunPlan } from './dry-run.ts'
export { type DocumentFormat, exportDocument } from './export-document.ts'
