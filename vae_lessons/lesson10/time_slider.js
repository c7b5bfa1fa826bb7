// The slider of 10: each step shows the digits of one time, and where the points of the plane are. It needs no kernel.
((root) => {
  const { steps, paths, colours } = JSON.parse(root.querySelector("[type='application/json']").textContent);
  const input = root.querySelector("input");
  const plane = root.querySelector("canvas");
  const drawPoints = (points) => {
    const context = plane.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, plane.width, plane.height);
    points.forEach(([x, y], i) => {
      context.fillStyle = colours[i];
      context.fillRect(plane.width / 2 + x - 1.5, plane.height / 2 - y - 1.5, 3, 3);
    });
  };
  const show = () => {
    const step = steps[input.value];
    root.querySelector(".strip").src = step.src;
    root.querySelector(".strip").alt = step.alt;
    root.querySelector("output").textContent = step.words;
    input.setAttribute("aria-valuetext", step.words);
    drawPoints(paths[input.value]);
  };
  input.addEventListener("input", show);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes the arrow keys
  show();
})(document.currentScript.closest(".time-slider"));
