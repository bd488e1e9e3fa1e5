/** The type of the store in which class-transformer keeps its decorators; the package declares it elsewhere. */
declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
