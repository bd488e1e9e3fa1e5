// Saves a form a moment after it was changed, as its button does, and shows the answer's revision and counts.
const form = document.querySelector('form[data-saves]');
const status = document.querySelector('#saved');
const WAIT_MS = 1500;
let timer;
let isSaving = false;
let isChanged = false;
let isStopped = false;

async function save() {
  if (isSaving || isStopped) return;
  isSaving = true;
  isChanged = false;
  const fields = new URLSearchParams(new FormData(form));
  fields.set('_do', 'note');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const saved = page.querySelector('#saved');
    if (!answer.ok || !saved) {
      // Somebody was faster, or something is wrong: the button shows what.
      isStopped = true;
      status.textContent = 'Not saved. Press “Save” to see why; nothing of yours is lost.';
      return;
    }
    form.elements._revision.value = page.querySelector('[name=_revision]').value;
    form.elements.csrf.value = page.querySelector('[name=csrf]').value;
    status.textContent = saved.textContent;
    const said = saved.nextElementSibling.querySelector('strong');
    status.nextElementSibling.querySelector('strong').textContent = said.textContent;
  } catch {
    status.textContent = 'Not saved: there is no connection. It is tried again with your next change.';
  } finally {
    isSaving = false;
    if (isChanged) later();
  }
}

function later() {
  isChanged = true;
  clearTimeout(timer);
  timer = setTimeout(() => void save(), WAIT_MS);
}

form.addEventListener('input', ({ target }) => {
  if (!target.name.startsWith('_')) later();
});
form.addEventListener('submit', () => {
  isStopped = true;
  clearTimeout(timer);
});
