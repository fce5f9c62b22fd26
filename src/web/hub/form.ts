import { build } from '../build.js';
import { elementOf } from '../elements.js';
import { Refusal } from './api.js';

/**
 * Sends a form by a script, one sending at a time. What the hub refuses is said at the field that it is about, or else above the form.
 *
 * @param send what to do with the texts of the fields
 * @param fields names of fields that codes of refusals are about, with words of one's own where those of the hub do not fit
 */
export function onSubmit(
  id: string,
  send: (texts: Readonly<Record<string, string>>) => Promise<void>,
  fields: Readonly<Record<string, { readonly field: string; readonly words?: string }>> = {},
): void {
  const form = elementOf(HTMLFormElement, id);
  const submit = async (): Promise<void> => {
    if (form.ariaBusy === 'true') return;
    form.ariaBusy = 'true';
    clearFaults(form);
    try {
      await send(textsOf(form));
    } catch (error) {
      const { code, message } = error instanceof Refusal ? error : { code: '', message: String(error) };
      const at = fields[code];
      if (at === undefined) faultAbove(form, message);
      else faultAt(inputOf(form, at.field), at.words ?? message);
    } finally {
      form.ariaBusy = 'false';
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
}

/** The texts of a form's fields by their names. */
export function textsOf(form: HTMLFormElement): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') texts[name] = value;
  return texts;
}

/** Forgets what was wrong before. */
export function clearFaults(form: HTMLFormElement): void {
  for (const fault of form.querySelectorAll('.fault')) fault.remove();
  for (const input of form.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-errormessage');
  }
  const alert = form.querySelector<HTMLElement>('[role=alert]');
  if (alert) alert.hidden = true;
}

/** Says above a form what is wrong. */
export function faultAbove(form: HTMLFormElement, message: string): void {
  const alert = form.querySelector<HTMLElement>('[role=alert]');
  if (alert === null) throw new Error(`expected an alert in the form ${form.id}`);
  alert.replaceChildren(build('span', '', message));
  alert.hidden = false;
}

function faultAt(input: HTMLInputElement, message: string): void {
  const fault = build('small', 'fault', message);
  fault.id = `${input.id}-fault`;
  fault.setAttribute('role', 'alert');
  input.after(fault);
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-errormessage', fault.id);
  input.focus();
  input.select();
}

function inputOf(form: HTMLFormElement, name: string): HTMLInputElement {
  const input = form.elements.namedItem(name);
  if (!(input instanceof HTMLInputElement)) throw new Error(`expected a field called ${name}`);
  return input;
}
