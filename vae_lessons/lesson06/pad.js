// The drawing pad: a digit drawn by hand goes through the encoder and the decoder, in the browser, in JupyterLab through
// anywidget and in a page where no kernel runs. The text of network.js stands above.

const SIDE = 28;
const CELLS = 25; // places along a side of the posterior's picture
const ZOOM = 10; // screen pixels for a pixel of the pad

// float16, little-endian -> numbers: a sign, 5 bits of exponent, 10 of fraction.
export function readHalves(view) {
  return Float32Array.from({ length: view.byteLength / 2 }, (_, i) => {
    const bits = view.getUint16(2 * i, true);
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  });
}

const count = (sizes) => sizes.slice(1).reduce((sum, size, i) => sum + size * (sizes[i] + 1), 0);
const softplus = (value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

// The cross-entropy of an image x with the decoder's image of z, in nats.
export function crossEntropy(decoder, x, z) {
  return forward(decoder, z).reduce((sum, logit, i) => sum + softplus(logit) - x[i] * logit, 0);
}

// What the VAE makes of an image: the encoder's distribution, both terms of the ELBO and the standard error of the draws.
export function measure({ encoder, decoder, epsilon }, x) {
  const heads = Array.from(forward(encoder, x));
  const [zMean, zLogVar] = [heads.slice(0, 2), heads.slice(2)];
  const draw = (noise) => zMean.map((value, i) => value + Math.exp(zLogVar[i] / 2) * noise[i]);
  const costs = epsilon.map((noise) => crossEntropy(decoder, x, draw(noise)));
  const reconstruction = mean(costs);
  const kl = 0.5 * zMean.reduce((sum, value, i) => sum + Math.exp(zLogVar[i]) + value ** 2 - 1 - zLogVar[i], 0);
  const spread = Math.sqrt(mean(costs.map((cost) => (cost - reconstruction) ** 2)));
  return { zMean, zLogVar, reconstruction, kl, elbo: -reconstruction - kl, error: spread / Math.sqrt(costs.length) };
}

// The image moved by whole pixels so that its centre of mass is in the middle, as in MNIST.
export function centred(x) {
  const total = x.reduce((sum, value) => sum + value, 0);
  if (!total) return x;
  const along = (place) => x.reduce((sum, value, i) => sum + value * place(i), 0) / total;
  const [right, down] = [(i) => i % SIDE, (i) => Math.floor(i / SIDE)].map((place) => Math.round(13.5 - along(place)));
  return x.map((_, i) => {
    const [column, row] = [(i % SIDE) - right, Math.floor(i / SIDE) - down];
    return column >= 0 && column < SIDE && row >= 0 && row < SIDE ? x[row * SIDE + column] : 0;
  });
}

const padLayout = (labels) => `<div class="vae-pad" data-lm-suppress-shortcuts="true">
  <div class="side drawing">
    <canvas class="pad" width="${SIDE * ZOOM}" height="${SIDE * ZOOM}" tabindex="0" role="application"
      aria-label="A pad to draw a digit on. Arrow keys move the pen, the space bar sets it down and lifts it."></canvas>
    <div class="row">
      <button type="button" name="clear">Clear</button>
      <label>Start from <select name="start"><option value="">an empty pad</option>${labels
        .map((label, i) => `<option value="${i}">a ${label} of the data</option>`)
        .join("")}</select></label>
    </div>
  </div>
  <div class="side">
    <div class="row">${["the model gets", "its reconstruction"].map((name) => figure(name, SIDE)).join("")}
      <figure><canvas class="posterior" width="224" height="224" role="img" aria-label="The posterior as shades, and the
        encoder's distribution as two ellipses"></canvas><figcaption>posterior: shades<br>encoder: ellipses</figcaption>
      </figure></div>
    <p class="numbers" aria-live="polite"></p>
    <p class="help">Draw with the mouse, a finger or a pen, about as large as the dashed box. By keyboard: arrow keys move
    the pen, the space bar sets it down and lifts it. The drawing is centred by its ink before the model gets it.</p>
  </div>
</div>`;

function render({ model, el }) {
  const colours = model.get("colours");
  const sizes = model.get("sizes");
  const numbers = readHalves(model.get("weights"));
  const [encoder, decoder] = [
    readLayers(sizes[0], numbers.subarray(0, count(sizes[0]))),
    readLayers(sizes[1], numbers.subarray(count(sizes[0]))),
  ];
  const noise = readNumbers(model.get("epsilon"));
  const epsilon = Array.from({ length: noise.length / 2 }, (_, i) => [noise[2 * i], noise[2 * i + 1]]);
  const scores = readNumbers(model.get("scores"));
  const [bytes, labels] = [model.get("images"), model.get("labels")];
  const example = (i) => Float32Array.from({ length: SIDE ** 2 }, (_, k) => bytes.getUint8(i * SIDE ** 2 + k) / 255);
  const names = Array.from({ length: labels.byteLength }, (_, i) => labels.getUint8(i));

  el.innerHTML = padLayout(names);
  const find = (selector) => el.querySelector(selector);
  const [pad, posterior, text, start] = [".pad", ".posterior", ".numbers", "[name=start]"].map(find);
  const [given, again] = el.querySelectorAll(".image");
  const pen = { at: [14, 14], down: false };
  let ink = new Float32Array(SIDE ** 2);
  let turn = 0; // a picture of the posterior that was begun for an older drawing is not finished

  function drawPad() {
    const context = pad.getContext("2d");
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    drawImage(small, ink);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, pad.width, pad.height);
    context.strokeStyle = colours.frame;
    context.setLineDash([6, 4]);
    context.strokeRect(4 * ZOOM, 4 * ZOOM, 20 * ZOOM, 20 * ZOOM);
    context.setLineDash([]);
    if (document.activeElement !== pad) return;
    context.strokeStyle = pen.down ? colours.pen_down : colours.pen_up;
    context.lineWidth = 2;
    context.strokeRect((pen.at[0] - 1) * ZOOM, (pen.at[1] - 1) * ZOOM, 2 * ZOOM, 2 * ZOOM);
    context.lineWidth = 1;
  }

  function line(from, to) {
    const steps = Math.max(1, Math.ceil(4 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let step = 0; step <= steps; step++) {
      const [x, y] = from.map((value, i) => value + ((to[i] - value) * step) / steps);
      ink.forEach((value, i) => {
        const distance = Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y);
        ink[i] = Math.max(value, Math.min(1, Math.max(0, 1.7 - distance)));
      });
    }
  }

  function show() {
    drawPad();
    turn += 1;
    const x = centred(ink);
    const result = measure({ encoder, decoder, epsilon }, x);
    drawImage(given, x);
    drawImage(again, forward(decoder, result.zMean).map(sigmoid));
    const lower = scores.filter((score) => score < result.elbo).length;
    const shown = [`reconstruction ${number(result.reconstruction, 1)}`, `KL ${number(result.kl, 1)}`];
    const rank = scores.length ? ` ${Math.round((100 * lower) / scores.length)} % of the digits have a lower one.` : "";
    text.textContent =
      `z_mean ${words(result.zMean)}, sigma ${words(result.zLogVar.map((value) => Math.exp(value / 2)))}. ` +
      `${shown.join(" + ")}: ELBO ${number(result.elbo, 1)} nats (standard error ${number(result.error, 1)}).${rank}`;
    const mine = turn;
    setTimeout(() => mine === turn && addPosterior(x, result, mine), 150);
  }

  // The posterior around z_mean, four of the wider sigma each way: a row of places in each frame, then all as shades.
  function addPosterior(x, { zMean, zLogVar }, mine) {
    const reach = 4 * Math.exp(Math.max(...zLogVar) / 2);
    const place = (i) => (2 * reach * (i + 0.5)) / CELLS - reach;
    const logs = [];
    const row = (down) => {
      for (let right = 0; right < CELLS; right++) {
        const z = [zMean[0] + place(right), zMean[1] - place(down)];
        logs.push(-crossEntropy(decoder, x, z) - (z[0] ** 2 + z[1] ** 2) / 2);
      }
      if (mine !== turn) return;
      if (down + 1 < CELLS) requestAnimationFrame(() => row(down + 1));
      else drawPosterior(logs, zLogVar, reach);
    };
    row(0);
  }

  function drawPosterior(logs, zLogVar, reach) {
    const highest = Math.max(...logs);
    const small = document.createElement("canvas");
    small.width = small.height = CELLS;
    drawImage(small, logs.map((value) => 0.8 * Math.exp(value - highest)));
    const context = posterior.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, posterior.width, posterior.height);
    const scale = posterior.width / (2 * reach);
    const [right, up] = zLogVar.map((value) => Math.exp(value / 2) * scale);
    const middle = posterior.width / 2;
    Object.assign(context, { lineWidth: 2, strokeStyle: colours.encoder });
    for (const sigmas of [1, 2]) {
      context.beginPath();
      context.ellipse(middle, middle, sigmas * right, sigmas * up, 0, 0, 2 * Math.PI);
      context.stroke();
    }
    posterior.dataset.drawn = turn; // for the tests
  }

  const under = (event) => {
    const box = pad.getBoundingClientRect();
    return [
      ((event.clientX - box.left - pad.clientLeft) / pad.clientWidth) * SIDE,
      ((event.clientY - box.top - pad.clientTop) / pad.clientHeight) * SIDE,
    ];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    pen.at = under(event);
    line(pen.at, pen.at);
    show();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const to = under(event);
    line(pen.at, to);
    pen.at = to;
    show();
  });
  pad.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    const way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || event.key === " ")) return;
    if (!way) pen.down = !pen.down;
    const to = pen.at.map((value, i) => Math.min(27, Math.max(1, Math.round(value) + (way ? way[i] : 0))));
    if (pen.down) line(pen.at, to);
    pen.at = to;
    event.preventDefault();
    show();
  });
  for (const name of ["focus", "blur"]) pad.addEventListener(name, drawPad);

  function restart(values) {
    ink = values;
    show();
  }
  find("[name=clear]").addEventListener("click", () => {
    start.value = "";
    restart(new Float32Array(SIDE ** 2));
  });
  start.addEventListener("change", () => restart(start.value ? example(Number(start.value)) : new Float32Array(SIDE ** 2)));
  el.firstChild.addEventListener("keydown", (event) => event.stopPropagation()); // else Lab moves the focus away
  start.value = names.length ? "0" : "";
  restart(names.length ? example(0) : ink);
  return () => (turn += 1);
}

export default { render };
