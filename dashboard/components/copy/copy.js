
export default function ({ parentElement, data }) {
  const field = parentElement.querySelector('input'), button = parentElement.querySelector('button');
  const said = parentElement.querySelector('span');
  field.value = data.text;
  field.setAttribute('aria-label', data.label);
  field.onfocus = () => field.select();
  button.onclick = async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(data.text);
      button.textContent = 'Copied';
      said.textContent = `${data.label} copied`;
    } catch { // without TLS the browser gives no clipboard: the text is marked, ready for the keyboard
      button.textContent = 'Ctrl+C';
      said.textContent = 'Press Ctrl and C to copy';
      field.focus();
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2500);
  };
}
