// Lets a passkey fill in the form of a page that asks for one, and sends it.
const form = document.querySelector('form.passkey');
const { startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;

async function fillIn() {
  const said = form.querySelector('[role=status]');
  said.textContent = '';
  try {
    const asked = { optionsJSON: JSON.parse(form.dataset.options) };
    const answer = await (form.dataset.does === 'make' ? startRegistration(asked) : startAuthentication(asked));
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    said.textContent =
      error.name === 'InvalidStateError'
        ? 'This device has a passkey of your account already.'
        : 'There is no passkey now: it was not shown in time, or this browser has none. Try again, or go back.';
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void fillIn();
});
form.querySelector('[type=submit]').disabled = false;
if (form.dataset.does === 'use') void fillIn();
