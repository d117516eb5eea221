export { EmbeddedPostgresError } from './embedded-error.ts'
export type { StartPostgresOptions } from './options.ts'
export { isEmbeddedDataDir, readConnectionString } from './running-server.ts'
export { type EmbeddedPostgres, startPostgres } from './start-postgres.ts'
