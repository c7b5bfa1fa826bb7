// The slider of 08: each step shows the pictures of one beta and moves the dot along the curve. It needs no kernel.
((root) => {
  const steps = JSON.parse(root.querySelector("[type='application/json']").textContent);
  const input = root.querySelector("input");
  const show = () => {
    const step = steps[input.value];
    const dot = root.querySelector(".dot");
    dot.style.left = `${step.left}%`;
    dot.style.top = `${step.top}%`;
    root.querySelector(".strip").src = step.src;
    root.querySelector(".strip").alt = step.alt;
    root.querySelector("output").textContent = step.words;
    input.setAttribute("aria-valuetext", step.words);
  };
  input.addEventListener("input", show);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes the arrow keys
  show();
})(document.currentScript.closest(".rate-slider"));
