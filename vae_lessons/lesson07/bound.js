// The importance-weighted bound to play with: one image's stored log weights, cut into groups of K draws. Everything is
// computed here, so the figure moves in JupyterLab and in a page where no kernel runs.

const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const [LOW, HIGH, BINS] = [-15, 5, 80]; // nats above log p(x)

// Base64 of float32, little-endian -> numbers.
export function readFloats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

// log(mean(exp(values))) without overflow.
export function logMeanExp(values) {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length);
}

// The bounds of independent groups of k draws.
export const bounds = (values, k) =>
  Array.from({ length: Math.floor(values.length / k) }, (_, i) => logMeanExp(values.subarray(i * k, (i + 1) * k)));

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function spread(values) {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
}

// How many values lie in each of the bins; those beyond the ends count in the last bins.
export function histogram(values, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) {
    counts[Math.min(bins - 1, Math.max(0, Math.floor((bins * (value - low)) / (high - low))))] += 1;
  }
  return counts;
}

const nats = (value) => value.toFixed(2).replace("-", "\u2212");

// One histogram as SVG, between two heights: bars of a colour, a line at the mean, and its name.
function bars(values, [top, bottom], colour, colours, name) {
  const counts = histogram(values, LOW, HIGH, BINS);
  const most = Math.max(...counts);
  const toX = (value) => 20 + (560 * (value - LOW)) / (HIGH - LOW);
  const boxes = counts.map((count, i) => {
    const height = ((bottom - top - 22) * count) / most;
    return `<rect x="${20 + 7 * i}" y="${bottom - height}" width="6" height="${height}" fill="${colour}"/>`;
  });
  const middle = toX(Math.max(LOW, mean(values)));
  return `${boxes.join("")}<line x1="20" x2="580" y1="${bottom}" y2="${bottom}" stroke="${colours.axis}"/>
    <line class="mean" x1="${middle}" x2="${middle}" y1="${top + 20}" y2="${bottom}" stroke="${colours.mean}" stroke-width="2.5"/>
    <text x="20" y="${top + 14}">${name}</text>`;
}

function picture(weights, exact, k, colours) {
  const groups = Math.floor(weights.length / k);
  const above = (values) => Array.from(values, (value) => value - exact);
  const ticks = [-15, -10, -5, 0, 5].map(
    (value) => `<text x="${20 + 28 * (value + 15)}" y="284" text-anchor="middle">${nats(value).slice(0, -3)}</text>`,
  );
  return `<rect width="600" height="310" fill="white"/>
    ${bars(above(weights), [0, 120], colours.weights, colours, `log weights of ${weights.length} draws`)}
    ${bars(above(bounds(weights, k)), [132, 262], colours.bounds, colours, `bounds of ${groups} groups of K = ${k}`)}
    <line x1="440" x2="440" y1="18" y2="266" stroke="black" stroke-dasharray="5 4"/>
    ${ticks.join("")}
    <text x="300" y="303" text-anchor="middle">nats above log p(x), dashed; red: the mean; below \u221215 all in the first bar</text>`;
}

export function words(weights, exact, k) {
  const all = bounds(weights, k);
  return `K = ${k}: log p(x) = ${nats(exact)} nats. The bound lies ${nats(exact - mean(all))} nats below it on average,
    and single estimates spread by ${nats(spread(all))} nats.`;
}

function drawImage(canvas, bits) {
  const context = canvas.getContext("2d");
  for (const [i, bit] of Array.from(bits).entries()) {
    context.fillStyle = bit === "1" ? "black" : "white";
    context.fillRect(i % 28, Math.floor(i / 28), 1, 1);
  }
}

export function show(root, { weights, exact, images, colours }) {
  const sets = weights.map(readFloats);
  const state = { chosen: 0, k: 1 };
  root.innerHTML = `<div class="row" role="radiogroup" aria-label="image">${images
    .map((_, i) => `<label><input type="radio" name="${root.id}" value="${i}" ${i ? "" : "checked"}
      aria-label="image ${i + 1}"><canvas width="28" height="28"></canvas></label>`)
    .join("")}</div>
    <label class="row">draws K<input type="range" min="0" max="${SIZES.length - 1}" step="1" value="0"
      aria-valuetext="1"></label>
    <svg viewBox="0 0 600 310" role="img" aria-label="Histograms of log weights and of bounds"></svg>
    <p aria-live="polite"></p>`;
  root.querySelectorAll("canvas").forEach((canvas, i) => drawImage(canvas, images[i]));
  const slider = root.querySelector("input[type=range]");
  const draw = () => {
    root.querySelector("svg").innerHTML = picture(sets[state.chosen], exact[state.chosen], state.k, colours);
    root.querySelector("p").textContent = words(sets[state.chosen], exact[state.chosen], state.k);
  };
  slider.addEventListener("input", () => {
    state.k = SIZES[slider.value];
    slider.setAttribute("aria-valuetext", String(state.k));
    draw();
  });
  root.querySelectorAll("input[type=radio]").forEach((button) =>
    button.addEventListener("change", () => {
      state.chosen = Number(button.value);
      draw();
    }),
  );
  root.addEventListener("keydown", (event) => event.stopPropagation()); // else Lab moves between cells
  draw();
}
