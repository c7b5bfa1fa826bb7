// Class and style of 09: all pictures stand in one PNG, and the controls choose which is shown. It needs no kernel.
((root) => {
  const { classes, steps, side, places } = JSON.parse(root.querySelector("[type='application/json']").textContent);
  const [first, second] = root.querySelectorAll("input[type=range]");
  const sheet = new Image();
  const chosen = () => Number(root.querySelector("input[type=radio]:checked").value);
  const paint = (canvas, number, row, column) => {
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    const [x, y] = [side * column, side * (steps * number + row)];
    context.drawImage(sheet, x, y, side, side, 0, 0, canvas.width, canvas.height);
  };
  const show = () => {
    const [row, column] = [steps - 1 - Number(second.value), Number(first.value)];
    const number = chosen();
    const words = `class ${classes[number]}, style (${places[column]}, ${places[steps - 1 - row]})`;
    paint(root.querySelector(".large"), number, row, column);
    root.querySelectorAll(".strip canvas").forEach((canvas, i) => {
      paint(canvas, i, row, column);
      canvas.className = i === number ? "chosen" : "";
    });
    root.querySelector("output").textContent = words;
    root.querySelector(".large").setAttribute("aria-label", `Decoded: ${words}`);
    for (const input of [first, second]) input.setAttribute("aria-valuetext", places[input.value]);
  };
  root.addEventListener("input", show);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // else JupyterLab takes the arrow keys
  sheet.addEventListener("load", show);
  sheet.src = root.dataset.sheet;
  show();
})(document.currentScript.closest(".class-and-style"));
