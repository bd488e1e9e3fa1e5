/** The front door of the bodies: their classes, and their forms by name. */
export * from './all.js';
export { classOf, forms, type Body, type BodyName, type Forms } from './forms.js';
