/* Words where a request fails: that it is tried again, and in the end that no answer came, with a button that sends the
   same request once more. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  const FIRST = "first-load"; // where it is said while there is no page
  const askers = {}; // output -> who asks for it
  const told = {}; // output -> what is said of it
  const words = () => JSON.parse(document.getElementById(FIRST).dataset.words);

  /* Whoever asks for an output says where its words go, and what has the focus after Try again, both by what was asked:
     { place, from }; and it may have a `sentence`, and what is to be done when it gave up (`gaveUp`) and when it is asked `again`. */
  const lookAfter = (output, asker) => (askers[output] = asker);

  /* Words in a place, and a button beside them if there is something to try again. */
  function tell(place, words, quiet, again) {
    const { element: make } = emlab.dom;
    const said = quiet
      ? make("span", words, { class: "note", "aria-live": "polite" }) // also where refusals are assertive
      : make("span", words, { class: "error" });
    const all = make("span", [said], { class: "told" });
    if (again) {
      const button = make("button", again.words, { id: `${place}-again`, type: "button", class: "plain-button" });
      button.addEventListener("click", again.press);
      all.append(button);
    }
    document.getElementById(place).replaceChildren(all);
    return all;
  }

  /* Of a callback's request, which Dash has as JSON; nothing if it is nobody's, or nobody waits for it any more. */
  function tellAsker(output, body, say) {
    const asker = askers[output];
    if (!asker) return;
    const { inputs } = JSON.parse(body);
    const asked = inputs[0].value;
    const place = asker.place(asked);
    if (place) told[output] = say(asker, place, asked, inputs);
  }

  function clear(output) {
    if (told[output]) told[output].remove();
    delete told[output];
  }

  const trying = (output, body) => tellAsker(output, body, (_asker, place) => tell(place, words().trying, true));

  /* All tries are used up. */
  function gaveUp(output, body, sentence) {
    tellAsker(output, body, (asker, place, asked, inputs) => {
      const press = () => {
        const from = document.getElementById(asker.from(asked));
        clear(output);
        from.focus({ preventScroll: true }); // the button is gone
        if (asker.again) asker.again(asked);
        for (const { id, property, value } of inputs) clientside.set_props(id, { [property]: value });
      };
      if (asker.gaveUp) asker.gaveUp(asked);
      return tell(place, sentence || asker.sentence || words().failed, false, { words: words().again, press });
    });
  }

  /* An answer came that would be the same another time. */
  function failed(output, body) {
    tellAsker(output, body, (asker, place, asked) => {
      if (asker.gaveUp) asker.gaveUp(asked);
      return tell(place, asker.sentence || words().failed, false);
    });
  }

  /* -- while there is no page ----------------------------------------------------------------------------------------- */

  /* What is said is then the page: it has a heading and a landmark, as a page has. */
  function bePage(yes) {
    const frame = document.getElementById(FIRST).parentElement;
    frame.querySelector("h1").hidden = !yes;
    if (yes) frame.setAttribute("role", "main");
    else frame.removeAttribute("role");
  }

  /* -- what the page cannot do without --------------------------------------------------------------------------------- */

  /* Where it is said: `words` of a failure there; `said` is told whether anything is. `gaveUp` resolves when it is to be tried
     again. Several requests may wait there, for the one button. */
  function place(id, name, said = () => {}) {
    let pressed = null;

    function write(...all) {
      said(true);
      tell(id, ...all);
    }

    function clear() {
      said(false);
      document.getElementById(id).replaceChildren();
    }

    function gaveUp(sentence) {
      pressed ??= Promise.withResolvers();
      const { promise, resolve } = pressed;
      const press = () => {
        clear();
        pressed = null;
        resolve();
      };
      write(sentence || words()[name], false, { words: words().again, press });
      return promise;
    }

    return { trying: () => write(words().trying, true), clear, gaveUp };
  }

  const first = place(FIRST, "no_page", bePage);
  const figures = place("figures-failed", "no_figures");

  emlab.failures = { clear, failed, figures, first, lookAfter, gaveUp, trying };
})();
