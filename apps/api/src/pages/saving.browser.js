// Saves a form a moment after a change, as its button does, and shows the answer's revision and counts. Before the page
// is left with unsaved entries, the browser asks.
const form = document.querySelector('form[data-saves]');
const status = document.querySelector('#saved');
const WAIT_MS = 1500;
let timer;
let isSaving = false;
let isChanged = false;
let isToFollow = false;
let isRefused = false;
let isLeaving = false;

const pageIn = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');

async function send() {
  const fields = new URLSearchParams(new FormData(form));
  fields.set('_do', 'note');
  return fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } });
}

/** Takes the token of the person who is signed in now. @returns whether there is one */
async function renewed() {
  const answer = await fetch(form.action, { headers: { accept: 'text/html' } });
  const token = answer.ok && (await pageIn(answer)).querySelector('form[data-saves] [name=csrf]');
  if (token) form.elements.csrf.value = token.value;
  return Boolean(token);
}

async function save() {
  if (isSaving) isToFollow = true;
  if (isSaving || isRefused || isLeaving) return;
  isSaving = true;
  isChanged = false;
  try {
    let answer = await send();
    // Signed in anew in another window.
    if ([401, 403].includes(answer.status) && (await renewed())) answer = await send();
    const page = await pageIn(answer);
    const saved = page.querySelector('#saved');
    if (answer.status === 401) {
      isChanged = true;
      const link = Object.assign(document.createElement('a'), { href: '/sign-in', target: '_blank', rel: 'noopener' });
      link.textContent = 'sign in in another window';
      status.replaceChildren('Not saved: you are signed out. Leave this page open, ', link, ', and come back.');
      return;
    }
    if (!answer.ok || !saved) {
      // Somebody has saved meanwhile, or there is a fault: the button says which.
      isRefused = true;
      status.textContent = 'Not saved. Press “Save” to see why; nothing of yours is lost.';
      return;
    }
    form.elements._revision.value = page.querySelector('[name=_revision]').value;
    form.elements.csrf.value = page.querySelector('[name=csrf]').value;
    status.textContent = saved.textContent;
    const said = saved.nextElementSibling.querySelector('strong');
    status.nextElementSibling.querySelector('strong').textContent = said.textContent;
  } catch {
    isChanged = true;
    status.textContent = 'Not saved: there is no connection. It is tried again with your next change.';
  } finally {
    isSaving = false;
    if (isToFollow) later();
    isToFollow = false;
  }
}

function later() {
  isChanged = true;
  clearTimeout(timer);
  timer = setTimeout(() => void save(), WAIT_MS);
}

form.addEventListener('input', ({ target }) => {
  if (target.name.startsWith('_')) return;
  // The short words of its fold are outdated now; its fields have the new ones.
  if (target.type !== 'radio') target.closest('.return-row')?.querySelector('.so-far')?.replaceChildren('Changed');
  later();
});
// A person who points at a word that needs an explanation is shown the place for it.
form.addEventListener('click', ({ target, detail }) => {
  if (detail > 0 && target.type === 'radio' && target.value !== 'no_change')
    target.closest('.return-row').querySelector('details').open = true;
});
form.querySelector('.next-open')?.addEventListener('click', (event) => {
  const row = [...form.querySelectorAll('.return-row > .boxes')].find((boxes) => !boxes.querySelector(':checked'));
  if (!row) return;
  event.preventDefault();
  row.querySelector('input').focus();
  row.scrollIntoView({ block: 'center' });
});
form.addEventListener('submit', () => {
  isLeaving = true;
  clearTimeout(timer);
});
window.addEventListener('focus', () => {
  if (isChanged) later();
});
window.addEventListener('online', () => {
  if (isChanged) later();
});
window.addEventListener('beforeunload', (event) => {
  if (!isLeaving && (isChanged || isSaving || isRefused)) event.preventDefault();
});
// Back from another page it goes on as before.
window.addEventListener('pageshow', () => {
  isLeaving = false;
});
