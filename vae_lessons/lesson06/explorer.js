// The latent explorer: the latent plane with the digits as points. Dragging decodes the point under the hand, in the
// browser, from the decoder's own weights: in JupyterLab through anywidget, and in a page where no kernel runs. The
// text of network.js stands above.

const CELLS = 24; // images along a side of the manifold
const STEPS = 9; // images from pin A to pin B
const NEAR = 9; // a click this many pixels from a digit's point chooses it

// The elements. JupyterLab must not take the keys for its own: hence data-lm-suppress-shortcuts.
const layout = (side, classes, colours) => `<div class="vae-explorer" data-lm-suppress-shortcuts="true">
  <canvas class="plane" tabindex="0" role="application"
    aria-label="The latent plane. Arrow keys move the point, with Shift faster."></canvas>
  <div class="side">
    <div class="row">${["decoded", "digit", "its reconstruction"].map((name) => figure(name, side)).join("")}</div>
    <div class="row">
      <label><input type="checkbox" name="manifold" checked>manifold behind</label>
      <label><input type="checkbox" name="digits" checked>digits as points</label>
    </div>
    <div class="row" role="list" aria-label="colours of the digits">${classes
      .map((label) => `<span class="key" role="listitem"><i style="background: ${colours[label]}"></i>${label}</span>`)
      .join("")}</div>
    <div class="row">
      <button type="button" name="A">Pin A here</button>
      <button type="button" name="B">Pin B here</button>
      <label>A to B<input type="range" name="along" min="0" max="1" step="0.02" value="0"></label>
    </div>
    <canvas class="strip" width="${STEPS * side}" height="${side}" role="img"
      aria-label="Images decoded along the line from pin A to pin B"></canvas>
    <p class="help">Drag, or focus the plane and use the arrow keys (<kbd>Shift</kbd>: faster). Click a point to choose its
    digit (<kbd>Enter</kbd>: the nearest). <kbd>a</kbd> and <kbd>b</kbd> set the pins. Circles: 50 %, 90 % and 99 % of the
    prior.</p>
  </div>
</div>`;

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// The digits as points, from the bytes that the model holds.
function readPoints(model) {
  const [codes, labels, images] = ["codes", "labels", "images"].map((name) => model.get(name));
  const size = images.byteLength / labels.byteLength;
  return Array.from({ length: labels.byteLength }, (_, i) => ({
    z: [codes.getFloat32(8 * i, true), codes.getFloat32(8 * i + 4, true)],
    label: labels.getUint8(i),
    image: Array.from(new Uint8Array(images.buffer, images.byteOffset + i * size, size), (byte) => byte / 255),
  }));
}

function render({ model, el }) {
  const layers = readLayers(model.get("sizes"), readNumbers(model.get("weights")));
  const image = (z) => forward(layers, z).map(sigmoid);
  const points = readPoints(model);
  const colours = model.get("colours");
  const side = Math.sqrt(model.get("sizes").at(-1));
  const farthest = Math.max(...points.map(({ z }) => Math.hypot(...z)));
  const span = Math.min(6, Math.max(3.5, 1.05 * farthest)); // the plane shows -span to span
  const inside = (z) => z.map((value) => Math.min(span, Math.max(-span, value))); // the few points beyond lie unseen
  const state = { z: [0, 0], chosen: null, pins: {} };

  const classes = [...new Set(points.map(({ label }) => label))].sort();
  el.innerHTML = layout(side, classes, colours);
  const find = (selector) => el.querySelector(selector);
  const [plane, strip, along] = [".plane", ".strip", "[name=along]"].map(find);
  const [manifold, digits] = ["[name=manifold]", "[name=digits]"].map(find);
  const [decoded, original, again] = el.querySelectorAll(".image");
  const size = 460;
  const scale = window.devicePixelRatio || 1;
  plane.width = plane.height = size * scale;

  // what stands still: manifold, circles, points; drawn anew only when one of them changes
  const toX = (z) => ((z + span) / (2 * span)) * size;
  const toY = (z) => ((span - z) / (2 * span)) * size;
  const [still, tiles] = [document.createElement("canvas"), document.createElement("canvas")];
  still.width = still.height = plane.width;
  tiles.width = tiles.height = CELLS * side;

  function drawStill() {
    const context = still.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = "white";
    context.fillRect(0, 0, size, size);
    context.globalAlpha = 0.55;
    if (manifold.checked) context.drawImage(tiles, 0, 0, size, size);
    context.globalAlpha = 1;
    if (digits.checked) points.forEach((point) => drawDot(context, point.z, 3.2, colours[point.label]));
    for (const [share, dashes] of [[0.5, []], [0.9, [6, 4]], [0.99, [2, 3]]]) {
      const radius = Math.sqrt(-2 * Math.log(1 - share)) * (size / (2 * span));
      context.setLineDash(dashes);
      context.strokeStyle = "black";
      context.beginPath();
      context.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    if (digits.checked) classes.forEach((label) => drawNumber(context, label));
    schedule();
  }

  function drawDot(context, z, radius, colour, edge = "white") {
    context.beginPath();
    context.arc(toX(z[0]), toY(z[1]), radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = edge;
    context.lineWidth = edge === "white" ? 0.7 : 2;
    context.stroke();
    context.lineWidth = 1;
  }

  function drawText(context, text, x, y, font = "bold 18px sans-serif") {
    Object.assign(context, { font, textAlign: "center", textBaseline: "middle" });
    Object.assign(context, { lineWidth: 4, strokeStyle: "white", fillStyle: "black" });
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
    context.lineWidth = 1;
  }

  function drawNumber(context, label) {
    const own = points.filter((point) => point.label === label);
    drawText(context, label, toX(median(own.map(({ z }) => z[0]))), toY(median(own.map(({ z }) => z[1]))));
  }

  let gone = false; // once the cell's output is replaced, nothing more is drawn
  function addManifoldRow(row) {
    const place = (i) => (2 * span * (i + 0.5)) / CELLS - span;
    for (let column = 0; column < CELLS; column++) {
      drawImage(tiles, image([place(column), -place(row)]), column * side, row * side);
    }
    drawStill();
    if (row + 1 < CELLS && !gone) requestAnimationFrame(() => addManifoldRow(row + 1));
  }

  // what moves: drawn at most once a frame
  let waiting = false;
  function schedule() {
    if (!waiting) requestAnimationFrame(drawFrame);
    waiting = true;
  }

  function drawFrame() {
    const start = performance.now();
    waiting = false;
    drawImage(decoded, image(state.z));
    decoded.nextElementSibling.textContent = `decoded at\n${words(state.z)}`;
    const context = plane.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(still, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawPins(context);
    drawDot(context, state.chosen.z, 7, colours[state.chosen.label], "black");
    const [x, y] = [toX(state.z[0]), toY(state.z[1])];
    for (const [width, colour] of [[5, "white"], [2.5, "black"]]) {
      Object.assign(context, { lineWidth: width, strokeStyle: colour });
      context.stroke(new Path2D(`M${x - 12} ${y}H${x + 12}M${x} ${y - 12}V${y + 12}`));
    }
    performance.clearMeasures("explorer frame");
    performance.measure("explorer frame", { start }); // for the benchmark
  }

  function drawPins(context) {
    const { A, B } = state.pins;
    Object.assign(context, { lineWidth: 2, strokeStyle: "black" });
    context.stroke(new Path2D(`M${toX(A[0])} ${toY(A[1])}L${toX(B[0])} ${toY(B[1])}`));
    for (const [name, z] of [["A", A], ["B", B]]) {
      drawDot(context, z, 10, "white", "black");
      drawText(context, name, toX(z[0]), toY(z[1]), "bold 13px sans-serif");
    }
  }

  // what the hands do
  function moveTo(z) {
    state.z = inside(z);
    schedule();
  }

  function between(t) {
    return state.pins.A.map((value, i) => (1 - t) * value + t * state.pins.B[i]);
  }

  function setPin(name) {
    state.pins[name] = [...state.z];
    drawStrip();
    schedule();
  }

  function drawStrip() {
    for (let i = 0; i < STEPS; i++) drawImage(strip, image(between(i / (STEPS - 1))), i * side);
  }

  function nearest(z) {
    const distance = (point) => Math.hypot(point.z[0] - z[0], point.z[1] - z[1]);
    return points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
  }

  function choose(point) {
    state.chosen = point;
    drawImage(original, point.image);
    drawImage(again, image(point.z));
    original.nextElementSibling.textContent = `a ${point.label} at\n${words(point.z)}`;
    moveTo(point.z);
  }

  function underPointer(event) {
    const box = plane.getBoundingClientRect();
    const x = (event.clientX - box.left - plane.clientLeft) / plane.clientWidth;
    const y = (event.clientY - box.top - plane.clientTop) / plane.clientHeight;
    return [(2 * x - 1) * span, (1 - 2 * y) * span];
  }

  plane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    plane.setPointerCapture(event.pointerId);
    const z = underPointer(event);
    const point = nearest(z);
    const pixels = Math.hypot(toX(z[0]) - toX(point.z[0]), toY(z[1]) - toY(point.z[1]));
    if (digits.checked && pixels < NEAR) choose(point);
    else moveTo(z);
  });
  plane.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) moveTo(underPointer(event));
  });
  plane.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const way = ways[event.key];
    const acts = { a: () => setPin("A"), b: () => setPin("B"), Enter: () => choose(nearest(state.z)) };
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || acts[event.key])) return;
    if (way) moveTo(state.z.map((value, i) => value + way[i] * (event.shiftKey ? 0.5 : 0.05)));
    else acts[event.key]();
    event.preventDefault();
  });
  for (const name of ["A", "B"]) find(`button[name=${name}]`).addEventListener("click", () => setPin(name));
  along.addEventListener("input", () => moveTo(between(Number(along.value))));
  for (const box of [manifold, digits]) box.addEventListener("change", drawStill);

  el.firstChild.addEventListener("keydown", (event) => event.stopPropagation()); // else Lab moves the focus away

  const first = (label) => inside(points.find((point) => point.label === label).z);
  state.pins = { A: first(classes[0]), B: first(classes.at(-1)) };
  choose(nearest([0, 0]));
  drawStrip();
  addManifoldRow(0);
  return () => (gone = true);
}

export default { render };
