/** Gives the rules of a spec that imports this the real declarations of bodies. */
import { forms } from '../forms.js';
import { handForms } from './forms-at-hand.js';

handForms(forms);
