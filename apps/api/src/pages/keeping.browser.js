// Keeps the entries of a form until they are sent and recorded: in this window alone, for the person who is signed in,
// under the form's address. It sends the form without leaving its page; only a form that was accepted leads on.
const KEPT = 'kept form ';
const OWN = ['csrf', '_key'];
const main = () => document.querySelector('main');
const formHere = (page = document) => page.querySelector('form[data-keeps]');
// A field may be named as a property of the form is: attributes are not hidden by it.
const actionOf = (form) => form.getAttribute('action');
const addressOf = (form) => actionOf(form) + location.search;
const nameOf = (form) => `${KEPT}${form.dataset.keeps} ${addressOf(form)}`;
let isSending = false;

/** Passwords and files are never kept; neither are values that a page needs anew each time. */
const fieldsOf = (form) =>
  [...new FormData(form)].filter(
    ([name, value]) => typeof value === 'string' && !OWN.includes(name) && form.elements[name]?.type !== 'password',
  );

function keep(form) {
  try {
    sessionStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), fields: fieldsOf(form) }));
  } catch {
    // The storage is full or closed: the form works without it.
  }
}

function keptOf(form) {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(form)));
  } catch {
    return null;
  }
}

const forget = (form) => sessionStorage.removeItem(nameOf(form));

/** Words that another person typed in this window are not shown to the person who is signed in now. */
function forgetOthers(form) {
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith(KEPT) && !name.startsWith(`${KEPT}${form.dataset.keeps} `)) sessionStorage.removeItem(name);
}

const post = (form, fields) =>
  fetch(actionOf(form), { method: 'POST', body: new URLSearchParams(fields), headers: { accept: 'text/html' } });

const pageIn = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');

/** Says something above the form. */
function say(form, ...words) {
  let line = main().querySelector('.kept');
  if (!line) {
    line = Object.assign(document.createElement('p'), { className: 'callout kept', role: 'status' });
    form.parentNode.insertBefore(line, form);
  }
  line.replaceChildren(...words);
}

/** Shows the page that was answered in place of this one. @returns its form; `null`: it has none, and nothing is shown */
function show(page) {
  if (!formHere(page)) return null;
  document.title = page.title;
  main().replaceWith(page.querySelector('main'));
  return formHere();
}

/** Takes the token of the person who is signed in now. @returns whether it is the same person as before */
async function renewed(form) {
  const answer = await fetch(addressOf(form), { headers: { accept: 'text/html' } });
  const now = answer.ok && formHere(await pageIn(answer));
  if (!now || now.dataset.keeps !== form.dataset.keeps) return false;
  form.elements.csrf.value = now.elements.csrf.value;
  return true;
}

async function send(form, submitter) {
  const fields = () => new FormData(form, submitter);
  let answer = await post(form, fields());
  // Signed in anew in another window.
  if ([401, 403].includes(answer.status) && (await renewed(form))) answer = await post(form, fields());
  if (answer.status === 401) {
    const link = Object.assign(document.createElement('a'), { href: '/sign-in', target: '_blank', rel: 'noopener' });
    link.textContent = 'sign in in another window';
    say(form, 'Not sent: you are signed out. What you typed stays here: ', link, ', come back and send it.');
    return;
  }
  if (answer.redirected) {
    forget(form);
    location.assign(answer.url);
    return;
  }
  const shown = show(await pageIn(answer));
  // Another page, which shows the result: sent again it is the same act.
  if (!shown) return HTMLFormElement.prototype.submit.call(form);
  keep(shown);
  const at = submitter?.formAction && new URL(submitter.formAction).hash.slice(1);
  const next = main().querySelector('.faults') ?? (at && document.getElementById(at));
  if (!next) return;
  const last = next.matches('.faults') ? next : ([...next.querySelectorAll('.row')].at(-1) ?? next);
  last.tabIndex = -1;
  last.focus();
}

/** Restores the entries: the server makes the form of them, with as many rows as it had. */
async function giveBack(form, { at, fields }) {
  const own = [...new FormData(form)].filter(([name]) => OWN.includes(name));
  const answer = await post(form, [...own, ...fields, ['_more', '-']]);
  const shown = answer.ok && show(await pageIn(answer));
  if (!shown) return;
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet' });
  button.textContent = 'Forget it';
  button.addEventListener('click', () => {
    forget(shown);
    location.replace(location.pathname + location.search);
  });
  const when = new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  say(shown, `What you typed here until ${when}, and did not send, is back. `, button);
}

document.addEventListener('input', ({ target }) => {
  if (target.form === formHere()) keep(target.form);
});
async function sendOnce(form, submitter) {
  if (isSending) return;
  isSending = true;
  form.setAttribute('aria-busy', 'true');
  try {
    await send(form, submitter);
  } catch {
    say(form, 'Not sent: there is no connection. What you typed stays here; send it again later.');
  } finally {
    isSending = false;
    form.removeAttribute('aria-busy');
  }
}
document.addEventListener('submit', (event) => {
  if (event.target !== formHere()) return;
  event.preventDefault();
  void sendOnce(event.target, event.submitter);
});

const form = formHere();
forgetOthers(form);
const kept = keptOf(form);
// A form that came back from the server has the entries that were sent.
if (kept && !main().querySelector('.faults')) giveBack(form, kept).catch(() => {});
