// Asks the server for the session cookie (or to clear it): only an answer to the browser can be HttpOnly.
export default function (component) {
  const { data, parentElement } = component;
  const key = data.call + (data.ticket || "");
  if (parentElement.pxDone === key) return;
  parentElement.pxDone = key;
  const note = parentElement.querySelector("p");
  note.textContent = data.text;
  fetch(data.call, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ticket: data.ticket }),
  })
    .then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      if (data.then) location.assign(data.then);
      else location.reload();
    })
    .catch(() => {
      note.textContent = "That did not work. Reload the page and try again.";
    });
}
