/* Uploads in pieces that go on after a break, with progress; and pages that follow the worker.
   Without it the form sends the files at once, and the page is loaded anew every two seconds. */

const PIECE = 4 * 1024 * 1024;
const PATIENCE = [500, 1000, 2000, 4000, 8000, 15000]; // milliseconds before the next try

const upload = document.querySelector("[data-upload]");
if (upload) receive(upload);
const watched = document.querySelector("[data-watch]");
if (watched) watch(watched);

function receive(form) {
  const input = form.querySelector("input[type=file]");
  const said = form.querySelector("[data-said]");
  const bar = form.querySelector("[data-progress]");
  const problem = form.querySelector("[data-problem]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token };

  for (const name of ["dragenter", "dragover"])
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...input.files];
    const button = form.querySelector("button");
    problem.hidden = true;
    button.disabled = true;
    try {
      await send(files);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      button.disabled = false;
    }
  });

  async function send(files) {
    const named = files.map((file) => ({ name: file.name, size: file.size, changed: String(file.lastModified) }));
    const begun = await ask(form.dataset.begin, JSON.stringify(named));
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    let before = 0;
    bar.hidden = false;
    for (const [place, file] of files.entries()) {
      await whole(file, begun.files[place], (there) => {
        bar.value = (100 * (before + there)) / total;
        said.textContent = `${file.name} · ${Math.floor(bar.value)} %`;
      });
      before += file.size;
    }
    const read = new FormData();
    read.set("action", "read");
    await fetch(begun.address, { method: "POST", headers, body: read });
    location.assign(begun.address);
  }

  async function whole(file, { address, received }, tell) {
    let there = received;
    let tries = 0;
    do {
      tell(there);
      try {
        const piece = file.slice(there, there + PIECE);
        const answer = await fetch(`${address}?from=${there}`, { method: "POST", headers, body: piece });
        const found = await answer.json();
        if (answer.status !== 200 && answer.status !== 409) throw new Refused(found.problem);
        if (found.received > there) tries = 0;
        else await pause(tries++);
        there = found.received;
      } catch (error) {
        if (error instanceof Refused || tries >= PATIENCE.length) throw error;
        await pause(tries++);
      }
    } while (there < file.size);
    tell(file.size);
  }

  async function ask(address, body) {
    const answer = await fetch(address, { method: "POST", headers, body });
    const found = await answer.json();
    if (!answer.ok) throw new Refused(found.problem);
    return found;
  }
}

class Refused extends Error {}

function pause(tries) {
  return new Promise((done) => setTimeout(done, PATIENCE[Math.min(tries, PATIENCE.length - 1)]));
}

async function watch(section) {
  const step = section.querySelector("[data-step]");
  const bar = section.querySelector("[data-progress]");
  for (;;) {
    await pause(0);
    let found;
    try {
      found = await (await fetch(section.dataset.watch)).json();
    } catch {
      continue; // the server is being started again, or the network is away
    }
    if (!/^(queued|running):/.test(found.state)) return location.reload();
    if (found.step) step.textContent = found.step;
    if (found.percent === null) bar.removeAttribute("value");
    else bar.value = found.percent;
  }
}
