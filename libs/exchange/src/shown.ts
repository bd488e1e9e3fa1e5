/** Values in words, as a cell would have them. */
import { agendaCell, deliverableCell, evidenceCell, membershipCell, milestoneCell, relationCell } from '#text';
import type { CellForm } from './fields.js';

/** The most letters of a cell that are shown with its fault, and of a title. */
const MAX_CHARS_SHOWN = 300;
export const shortText = (text: string): string =>
  text.length > MAX_CHARS_SHOWN ? `${text.slice(0, MAX_CHARS_SHOWN - 1)}…` : text;

/** A value in words, as a cell would have it, of a form if that is known. */
export function valueInWords(value: unknown, form?: CellForm['form']): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (form === 'json') return JSON.stringify(value);
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return 'nothing';
  return value
    .map((one: unknown) => {
      if (!one || typeof one !== 'object') return String(one);
      const { agency, role, type, to, scheme, id, body, number } = one as Record<string, unknown>;
      if (agency !== undefined) return `${String(agency)} (${String(role)})`;
      if (scheme !== undefined) return `${String(scheme)} ${String(id)}`;
      if (body !== undefined) return membershipCell(one as never);
      if (number !== undefined) return agendaCell(one as never);
      if (type !== undefined) return to === undefined ? deliverableCell(one as never) : relationCell(one as never);
      return 'due' in one || 'reached' in one ? milestoneCell(one as never) : evidenceCell(one as never);
    })
    .join('; ');
}
