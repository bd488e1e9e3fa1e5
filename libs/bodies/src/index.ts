export * from './all.js';
export { classOf, forms, type Body, type BodyName, type Forms } from './forms.js';
