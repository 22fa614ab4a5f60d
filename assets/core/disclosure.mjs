/* Buttons that show and hide a list (`discloser` in components/controls/controls.py): CSS hides what is not
   `data-open`. It closes at a press elsewhere and by Escape; a menu also when something in it is chosen. */
const ALL = "button[data-discloser]";

const isOpen = (button) => button.getAttribute("aria-expanded") === "true";
const opened = () => [...document.querySelectorAll(ALL)].filter(isOpen);

const contentOf = (button) => document.getElementById(button.getAttribute("aria-controls"));

function set(button, open) {
  button.setAttribute("aria-expanded", String(open));
  contentOf(button)?.toggleAttribute("data-open", open);
}

function close(button) {
  const hasFocus = contentOf(button)?.contains(document.activeElement);
  set(button, false);
  if (hasFocus) button.focus(); // what had it is hidden
}

/* A drawer stays open while one sets something in it; a list of tabs while arrow keys go along them. */
function staysOpen(button, { target, detail }) {
  if (!contentOf(button)?.contains(target)) return false;
  const isKey = detail === 0;
  return button.dataset.discloser === "drawer" ? target.id !== "run-button" : target.role === "tab" && isKey;
}

function open(button) {
  set(button, true);
  const content = contentOf(button);
  (content.querySelector('[role="tab"][tabindex="0"]') ?? content.querySelector("button, select, input"))?.focus();
}

// In the bubbling phase, after those who listen for the choice; a disclosed button itself may have gone.
document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(ALL);
  const wasOpen = pressed && isOpen(pressed);
  for (const button of opened()) if (button === pressed || !staysOpen(button, event)) close(button);
  if (pressed && !wasOpen) open(pressed);
});

document.addEventListener("keydown", (event) => {
  const [button] = opened();
  if (event.key !== "Escape" || !button || event.defaultPrevented) return;
  event.preventDefault();
  close(button);
});

/* One goes on by Tab. */
document.addEventListener("focusin", ({ target }) => {
  for (const button of opened()) if (button !== target && !contentOf(button)?.contains(target)) set(button, false);
});
