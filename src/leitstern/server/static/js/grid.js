/* The table of goals made quicker: paste from a spreadsheet, arrow keys, undo and redo, sums while typing.
   Without it the table is a form like any other; nothing here is needed to save. */

const form = document.querySelector("[data-grid]");
if (form) start(form);

function start(form) {
  const table = form.querySelector("table");
  const status = form.querySelector("[data-status]");
  const { decimal, group } = table.dataset;
  const places = new Map(); // input -> [row, column]
  const cells = [...table.tBodies[0].rows].map((row, r) =>
    [...row.cells].slice(1).map((cell, c) => {
      const input = cell.querySelector("input");
      if (input) places.set(input, [r, c]);
      return { cell, input };
    }),
  );
  const done = [];
  const undone = [];
  let before = ""; // what the focused field held when it was entered or last noted
  let leaving = false;

  // --- numbers: whole millionths, so that sums are exact ---

  function parse(text) {
    const bare = text.replace(/[\s\u00a0\u202f'’€]/g, "").replaceAll(group, "").replace("−", "-");
    const found = /^(-?)(\d+)(?:[.](\d{1,6}))?$/.exec(bare.replace(decimal, "."));
    if (!found || (decimal !== "." && bare.includes("."))) return null;
    const value = BigInt(found[2] + (found[3] ?? "").padEnd(6, "0"));
    return found[1] ? -value : value;
  }

  function format(value) {
    const size = value < 0n ? -value : value;
    const hundredths = (size + 5000n) / 10000n;
    const whole = String(hundredths / 100n).replace(/\B(?=(\d{3})+$)/g, group);
    const rest = String(hundredths % 100n).padStart(2, "0");
    return (value < 0n ? "−" : "") + whole + (rest === "00" ? "" : decimal + rest);
  }

  function exact(text) {
    const [whole, rest = ""] = text.split(".");
    return BigInt(whole + rest.slice(0, 6).padEnd(6, "0"));
  }

  // --- what is shown of the state ---

  function columnSum(total, column) {
    let sum = exact(total.dataset.others);
    for (const row of cells) {
      const { cell, input } = row[column];
      const text = input ? input.value.trim() : "";
      if (!input) sum += cell.dataset.value ? exact(cell.dataset.value) : 0n;
      else if (text) {
        const value = parse(text);
        if (value === null) return null;
        sum += value;
      }
    }
    return sum;
  }

  function refresh() {
    let changed = 0;
    for (const input of places.keys()) {
      const differs = input.value !== input.defaultValue;
      input.classList.toggle("changed", differs);
      changed += differs;
    }
    form.querySelector("[data-unsaved]").textContent = changed ? form.dataset.unsaved.replace("#", changed) : "";
    for (const total of table.querySelectorAll("[data-others]")) {
      const sum = columnSum(total, Number(total.dataset.column));
      const { pattern, parent } = total.dataset;
      total.querySelector("[data-sum]").textContent = sum === null ? "…" : pattern.replace("#", format(sum));
      const gap = table.querySelector(`[data-gap-of="${total.dataset.column}"]`);
      if (!gap || parent === undefined) continue;
      const open = sum === null ? null : exact(parent) - sum;
      const kind = open === null ? "unknown" : open > 0n ? "open" : open < 0n ? "over" : "even";
      const amount = open === null ? "" : pattern.replace("#", format(open < 0n ? -open : open));
      gap.className = `n gapline ${kind}`;
      gap.firstElementChild.textContent = (form.dataset[kind] ?? "…").replace("#", amount);
    }
  }

  // --- changes, and taking them back ---

  function note(changes) {
    const real = changes.filter(([, old, now]) => old !== now);
    if (!real.length) return;
    done.push(real);
    undone.length = 0;
    refresh();
  }

  function keep(input) {
    note([[input, before, input.value]]);
    before = input.value;
  }

  function apply(from, to, which) {
    const changes = from.pop();
    if (!changes) return;
    for (const change of changes) change[0].value = change[which];
    to.push(changes);
    const last = changes[0][0];
    last.focus();
    before = last.value;
    last.select();
    refresh();
    status.textContent = form.dataset[which === 1 ? "undone" : "redone"].replace("#", changes.length);
  }

  function rowsOf(text) {
    const rows = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
      const row = rows[rows.length - 1];
      const letter = text[i];
      if (quoted) {
        if (letter === '"' && text[i + 1] === '"') row[row.length - 1] += text[++i];
        else if (letter === '"') quoted = false;
        else row[row.length - 1] += letter;
      } else if (letter === '"' && row[row.length - 1] === "") quoted = true;
      else if (letter === "\t") row.push("");
      else if (letter === "\n") rows.push([""]);
      else if (letter !== "\r") row[row.length - 1] += letter;
    }
    if (rows.length > 1 && rows[rows.length - 1].join("") === "") rows.pop();
    return rows;
  }

  table.addEventListener("paste", (event) => {
    const rows = rowsOf(event.clipboardData.getData("text/plain"));
    const at = places.get(event.target);
    if (!at || (rows.length === 1 && rows[0].length === 1)) return;
    event.preventDefault();
    keep(event.target);
    const changes = [];
    let locked = 0;
    let outside = 0;
    rows.forEach((row, r) =>
      row.forEach((text, c) => {
        const place = cells[at[0] + r]?.[at[1] + c];
        if (!place) outside += 1;
        else if (!place.input) locked += 1;
        else {
          changes.push([place.input, place.input.value, text.trim()]);
          place.input.value = text.trim();
        }
      }),
    );
    note(changes);
    before = event.target.value;
    const counts = [changes.length, locked, outside];
    status.textContent = form.dataset.pasted.replace(/#/g, () => counts.shift());
  });

  // --- moving ---

  function move(input, rows, columns) {
    let [r, c] = places.get(input);
    do {
      r += rows;
      c += columns;
    } while (cells[r]?.[c] && !cells[r][c].input);
    const next = cells[r]?.[c]?.input;
    if (next) next.focus();
    return Boolean(next);
  }

  table.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!places.has(input)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    let taken = true;
    if (command && (key === "y" || (key === "z" && event.shiftKey))) {
      keep(input);
      apply(undone, done, 2);
    } else if (command && key === "z") {
      keep(input);
      apply(done, undone, 1);
    } else if (command || event.altKey) taken = false;
    else if (key === "enter") {
      if (!move(input, event.shiftKey ? -1 : 1, 0)) keep(input);
    } else if (key === "arrowdown") move(input, 1, 0);
    else if (key === "arrowup") move(input, -1, 0);
    else if (key === "arrowright" && (all || input.selectionStart === input.value.length)) move(input, 0, 1);
    else if (key === "arrowleft" && (all || input.selectionEnd === 0)) move(input, 0, -1);
    else if (key === "escape") {
      input.value = before;
      refresh();
    } else taken = false;
    if (taken) event.preventDefault();
  });

  table.addEventListener("focusin", (event) => {
    if (!places.has(event.target)) return;
    before = event.target.value;
    event.target.select();
  });
  table.addEventListener("focusout", (event) => places.has(event.target) && keep(event.target));
  table.addEventListener("input", refresh);

  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => {
    const open = [...places.keys()].some((input) => input.value !== input.defaultValue);
    if (open && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", refresh);
  refresh();
}
